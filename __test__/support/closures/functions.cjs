'use strict';

// Functions and classes of all kinds, alive while the snapshot is written to the file of the first argument.

const kept = (globalThis.kept = []);
const keep = (...all) => kept.push(...all);
function declared() {}
async function declaredAsync() {}
function* declaredGenerator() {}
async function * declaredAsyncGenerator () {}
const named = function inner() {};
const anonymous = function () {};
const anonymousAsync = async function () {};
const generator = function* () {};
const arrow = () => {};
const arrowOne = x => x;
const arrowAsync = async () => {};
const arrowAsyncOne = async x => x;
const arrowAsyncWide = async   ( x ) => x;
const object = {
  method() {}, async methodAsync() {}, * methodGenerator() {}, async * methodBoth() {},
  get value() { return 1; }, set value(x) {}, ['com' + 'puted']() {}, 'quoted'() {}, 1() {},
  property: function () {}, propertyArrow: () => {}, propertyAsync: async () => {},
};
keep(declared, declaredAsync, declaredGenerator, declaredAsyncGenerator, named, anonymous, anonymousAsync, generator, arrow, arrowOne, arrowAsync, arrowAsyncOne, arrowAsyncWide, object);
keep(Object.getOwnPropertyDescriptor(object, 'value'));
class Empty {}
class WithConstructor { constructor(a, b) { this.a = a; } method() {} static staticMethod() {} async am() {} get g() { return 1; } set g(x) {} #p() {} static #sp() {} *gen() {} callP() { return this.#p; } }
class Spaced { /* c */ constructor  ( a ) { this.a = a; } }
class Derived extends WithConstructor {}
class DerivedWith extends WithConstructor { constructor() { super(1, 2); } }
class Fields { a = 1; b = () => this.a; c = async () => this.a; static s = () => 1; static { keep(() => 2); } #x = 3; }
class FieldsAndConstructor { a = 1; constructor() { this.z = 1; } m() {} }
class StaticOnly { static everything = new Map(); put() {} }
const classExpression = class { m() {} };
const classNamed = class Inner { constructor() {} };
const classFields = class { x = 1; };
const holder = { Klass: class { constructor() { this.q = 1; } }, K2: class { y = 2; } };
keep(Empty, WithConstructor, Spaced, Derived, DerivedWith, Fields, FieldsAndConstructor, StaticOnly, classExpression, classNamed, classFields, holder);
keep(new Empty(), new WithConstructor(), new Spaced(), new Derived(), new DerivedWith(), new Fields(), new FieldsAndConstructor(), new StaticOnly(), new classExpression(), new classNamed(), new classFields(), new holder.Klass(), new holder.K2());
keep(new WithConstructor().callP());
const withDefault = (a = () => 3, { b = function () {} } = {}) => { keep(a, b); };
withDefault();
keep(...[1].map((x) => () => x), (0, async () => {}), (function () { return this; }));
keep(generator(), declaredGenerator(), arrowAsync());
label: for (let i = 0; i < 1; i++) { keep(() => i); }
var f1 = function(){}, f2=()=>{}, f3=async()=>{}, f4=async function(){}, C1=class{constructor(){this.t=1}}, C2=class{#e=1;get(){return this.#e}}, C3=class extends C1{u=1};
keep(f1,f2,f3,f4,C1,C2,C3,new C1,new C2,new C3);
require('node:v8').writeHeapSnapshot(process.argv[2]);
