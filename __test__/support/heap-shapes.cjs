'use strict';

// Heaps with a number of items, in the shapes of real programs, on which the cost of a capture depends.

const { EventEmitter } = require('node:events');

/** Number of the first item. */
let first = 0;
const list = (count, make) => Array.from({ length: count }, (_, i) => make(first + i));
const object = (entries) => Object.fromEntries(entries);
/** The same text, not as a tree of its parts. */
const flat = (text) => JSON.parse(JSON.stringify(text));

class Item {
  constructor(i) {
    this.id = i;
    this.user = { name: `n${i}` };
  }
}

class Session {
  constructor(i) {
    this.id = i;
    this.user = { name: `user ${i}`, roles: ['admin'] };
    this.data = 'x'.repeat(100) + i;
  }
}

/** The objects of ordinary services: an estimate may be at most three times the rise. */
const ordinary = {
  'parsed JSON': (n) => JSON.parse(JSON.stringify(list(n, (i) => ({ id: i, name: `user${i}`, email: `u${i}@example.com`, tags: ['a', `b${i % 10}`], address: { city: `c${i % 100}`, zip: i } })))),
  'class instances': (n) => list(n, (i) => new Item(i)),
  'sessions in a Map': (n) => new Map(list(n, (i) => [`s${i}`, new Session(i)])),
  closures: (n) => list(n, (i) => () => i),
  'event emitters': (n) => list(n / 5, () => new EventEmitter().on('a', () => {}).on('b', () => {})),
  functions: (n) => list(n / 100, (i) => new Function('x', `return x + ${i} + function () { return [${i}, { a: 1 }] }`)),
  application: () => require('node:module').builtinModules.filter((name) => !/^_|test|^trace|^wasi/.test(name)).map((name) => require(name)),
};

/** These stay the same collections when there are more items. */
const growing = { map: new Map(), set: new Set(), slots: null, entries: null };

/** First they are made; later others come and go beside them. */
function comeAndGo(n) {
  if (growing.entries === null) {
    growing.entries = new Map(list(n, (i) => [`e${i}`, { i }]));
    return;
  }
  for (const i of list(n, (i) => i)) {
    growing.entries.set(`later ${i}`, { i });
    growing.entries.delete(`later ${i}`);
  }
}

function halfDeleted(map) {
  for (const key of [...map.keys()].filter((_, i) => i % 2)) map.delete(key);
  return map;
}

function fillSlots(n) {
  growing.slots ??= new Array(1.5 * n).fill(0);
  for (const i of list(n, (i) => i)) growing.slots[i] = new Item(i);
}

const others = {
  'a Map that grows': (n) => list(n, (i) => i).forEach((i) => growing.map.set(`s${i}`, new Session(i))),
  'a Set that grows': (n) => list(n, (i) => i).forEach((i) => growing.set.add(`s${i}`)),
  'slots that are filled': fillSlots,
  'Map of objects': (n) => new Map(list(n, (i) => [`k${i}`, { i }])),
  'Map with deleted entries': (n) => halfDeleted(new Map(list(n, (i) => [`k${i}`, { i }]))),
  'Map whose entries come and go': comeAndGo,
  'dictionary of objects': (n) => object(list(n, (i) => [`key${i}`, { i }])),
  'dictionary of numbers': (n) => object(list(n, (i) => [`key${i}`, i])),
  'object by large ids': (n) => list(n, (i) => i).reduce((byId, i) => Object.assign(byId, { [i * 1000]: { i } }), {}),
  'Set of strings': (n) => new Set(list(n, (i) => `s${i}`)),
  'pending promises': (n) => list(n, () => new Promise(() => {})),
  'boxed numbers': (n) => list(n, (i) => ({ value: i + 0.5 })),
  'empty arrays': (n) => list(n, () => []),
  'linked list': (n) => list(n, (i) => i).reduce((next, i) => ({ next, i }), null),
  strings: (n) => list(n, (i) => `string number ${i} with text`),
  'Chinese texts': (n) => list(n / 10, (i) => flat(`${i} `.padEnd(1000, `漢字仮名${i}`))),
  'texts with accents': (n) => list(n / 10, (i) => flat(`${i} `.padEnd(1000, `éàü${i}`))),
  'cut strings': (n) => list(n, (i) => `${'abcdefghijklmnopqrstuvwxyz'.repeat(40)}`.substring(i % 26, 40 + (i % 900))),
  symbols: (n) => list(n, (i) => Symbol(`s${i}`)),
  'big integers': (n) => list(n, (i) => BigInt(i) ** 9n),
  dates: (n) => list(n, (i) => new Date(i)),
  errors: (n) => list(n / 10, (i) => new Error(`e${i}`)),
  'regular expressions': (n) => list(n / 10, (i) => new RegExp(`a${i}`)),
  buffers: (n) => list(n / 10, (i) => Buffer.from(`x${i}`)),
  'typed arrays': (n) => list(n / 10, () => new Uint8Array(10)),
  'weak map': (n) => list(n / 2, (i) => ({ i })).reduce(([map, keys], key) => [map.set(key, { key: 1 }), [key, keys]], [new WeakMap(), null]),
  'weak references': (n) => list(n / 2, (i) => ({ i })).map((target) => [target, new WeakRef(target)]),
  'small Maps': (n) => list(n / 100, (i) => new Map(list(100, (k) => [`k${i}.${k}`, { k }]))),
  'small arrays': (n) => list(n / 100, () => list(100, () => [])),
  'keys of their own': (n) => list(n / 5, (i) => ({ [`a${i}`]: 1, [`b${i}`]: 2, [`c${i}`]: {} })),
  'long keys': (n) => new Map(list(n / 10, (i) => [`${'k'.repeat(500)}${i}`, { i }])),
  generators: (n) => list(n / 2, (i) => (function* () { yield i; })()),
  'async functions': (n) => list(n / 4, (i) => (async () => { await new Promise(() => {}); return i; })()),
  proxies: (n) => list(n / 2, (i) => new Proxy({ i }, {})),
  'abort controllers': (n) => list(n / 20, () => new AbortController()).map((c) => (c.signal.addEventListener('abort', () => {}), c)),
  URLs: (n) => list(n / 10, (i) => new URL(`http://host${i}/p?q=${i}`)),
  'one array of references': (n) => list(n * 2, () => Session),
  'arrays of references': (n) => list(Math.ceil(n / 20_000), () => list(200_000, () => Session)),
};

/** Few objects with many bytes: at most six times. */
const bulky = {
  'strings of 10 kB': (n) => list(n / 100, (i) => flat(`${i}`.padEnd(10_000, `y${i}`))),
  'strings of two bytes': (n) => list(n / 100, (i) => flat(`${i}${'я'.repeat(5000)}`)),
  'arrays of doubles': (n) => list(n / 1000, () => list(10_000, (i) => i + 0.5)),
  'one large buffer as text': (n) => Buffer.alloc(n * 100, 'z').toString('latin1'),
};

const shapes = { ...ordinary, ...others, ...bulky };

/** More items, after the first `there`, as a growing service gets. */
function more(shape, items, there) {
  first = there;
  const made = shapes[shape](items);
  first = 0;
  return made;
}

module.exports = { ordinary, others, bulky, shapes, more };
