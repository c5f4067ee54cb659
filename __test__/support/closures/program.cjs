// Variables that functions keep and none reads, beside such that only seem so. Writes a snapshot to the file given.
'use strict';

class Big {
  constructor(length) {
    this.values = new Array(length).fill(1.5);
  }
}

const handlers = [];

/** `unread` is read by `once` only, which is gone. */
function subscribe(i) {
  const unread = new Big(20_000);
  const read = new Big(1_000);
  const once = () => unread.values.length;
  once();
  handlers.push(() => i + read.values.length);
}

function inBlocks() {
  for (let k = 0; k < 5; k++) {
    const unreadInBlock = new Big(5_000);
    const peek = () => unreadInBlock.values;
    peek();
    handlers.push({ run: async (z) => k + z });
  }
}

class Service {
  #state = new Big(10);

  constructor(config) {
    const unreadInConstructor = new Big(3_000);
    this.reload = () => unreadInConstructor.values;
    delete this.reload;
    this.get = () => config;
  }

  state() {
    return this.#state;
  }
}

/** Reads its variable when it goes on. */
async function running() {
  const awaited = new Big(7_000);
  const later = () => awaited;
  await new Promise(() => {});
  return later();
}

function* generator() {
  const yielded = new Big(7_000);
  const later = () => yielded;
  yield 1;
  return later();
}

/** Any code may read its variables. */
function withEval(x) {
  const evaluated = new Big(4_000);
  const once = () => evaluated;
  once();
  return function evaluator(code) {
    return eval(code) + x;
  };
}

/** The inner variable hides the outer one, which `outer` alone reads. */
function shadowed() {
  const value = new Big(6_000);
  const outer = () => value;
  outer();
  const inner = () => {
    const value = new Big(100);
    return () => value;
  };
  return inner();
}

function nested(all) {
  return () => () => all.values.length;
}

const paused = generator();
paused.next();
for (let i = 0; i < 10; i++) subscribe(i);
inBlocks();
globalThis.keep = { handlers, paused, service: new Service({ a: 1 }), pending: running(), evaluate: withEval(2), shadowed: shadowed(), nested: nested(new Big(8_000)) };
setImmediate(() => require('node:v8').writeHeapSnapshot(process.argv[2]));
