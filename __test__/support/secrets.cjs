'use strict';

// A program with a secret in every place that can have a text, which writes a snapshot of itself.
//
//   node secrets.cjs WORD OUT     each secret starts with WORD, so that the program's own text contains none

const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter } = require('node:events');
const { createWriteStream } = require('node:fs');
const { pipeline } = require('node:stream/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

const [word, out] = process.argv.slice(2);
let count = 0;
/** Long enough to be concatenated and sliced by V8, and different each time. */
const secret = (place) => Buffer.from(`${word}-${(count += 1)}-${place} é\u2028 😀 \ud800`, 'utf16le').toString('utf16le');
const plain = (place) => `${word}-${(count += 1)}-${place}`;

const places = {
  property: secret('property'),
  password: 'password',
  array: [secret('element')],
  map: new Map([[secret('map key'), secret('map value')]]),
  set: new Set([secret('set')]),
  weakKey: {},
  symbol: Symbol(plain('symbol')),
  pattern: new RegExp(plain('pattern')),
  rope: secret('left') + secret('right'),
  slice: secret('slice').slice(3, -3) + secret('slice').slice(5),
  sliced: secret('sliced, with something more behind it').slice(2, 40),
  template: ((strings) => strings)`before ${0} after`,
  error: new Error(plain('message'), { cause: secret('cause') }),
  closure: ((captured) => () => captured)(secret('captured')),
  source: new Function(`return ${JSON.stringify(plain('source'))}`),
  url: new URL(`https://${plain('user').toLowerCase()}@example.org/${plain('path')}?token=${plain('query')}`),
  json: JSON.parse(`{"value":${JSON.stringify(plain('json'))}}`),
  big: 4111111111111111n * 1000003n,
  double: 4111111111111.25,
  small: 987654321,
  boxed: Object(plain('boxed')),
  promise: Promise.resolve(secret('promise')),
  date: new Date(plain('not a date')),
  long: `${plain('long')} ${'x'.repeat(5000)}`,
  numbers: [4111111111111.25, 987654321],
};
places.weakMap = new WeakMap([[places.weakKey, secret('weak value')], [places.closure, `${plain('broken')}\n @1`]]);
places.rope.length;
process.env.SECRET = plain('environment');
const storage = new AsyncLocalStorage();
storage.enterWith({ store: secret('store') });
const emitter = new EventEmitter().on('event', ((held) => () => held)(secret('listener')));
const timer = setTimeout(() => {}, 1e6, secret('timer argument'));
vm.runInThisContext(`globalThis.fromScript = () => ${JSON.stringify(plain('script'))}`, {
  filename: `https://example.org/app.js?token=${plain('script address')}`,
});
globalThis.fromScript();

async function main() {
  places.module = await import(`data:text/javascript,export default ${JSON.stringify(plain('data address'))}`);
  const stream = v8.getHeapSnapshot({ exposeInternals: true, exposeNumericValues: true });
  await pipeline(stream, createWriteStream(out));
  clearTimeout(timer);
  return [places, emitter];
}

main();
