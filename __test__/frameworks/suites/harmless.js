'use strict';

// Functions that release their memory, or use a bounded amount of it.

const squares = new Map();
let input = 0;
function warmCache() {
  input = (input + 1) % 12;
  if (!squares.has(input)) squares.set(input, { square: input * input });
  return squares.get(input);
}

let calls = 0;
/** Modules that are first needed in the middle of a round. */
function lazyRequire() {
  calls += 1;
  if (calls === 25) require('node:http2');
  if (calls === 45) require('node:repl');
  if (calls === 65) require('node:inspector');
}

/** Hot enough to be optimised, with objects of a dozen shapes. */
function jit() {
  let sum = 0;
  for (let i = 0; i < 20_000; i++) {
    const point = { x: i, [`y${i % 12}`]: i };
    sum += point.x;
  }
  return sum;
}

class Connection {
  constructor() {
    this.buffer = Buffer.alloc(64);
  }
}
const idle = [];
async function pool() {
  const connection = idle.pop() ?? new Connection();
  await null;
  idle.push(connection);
}

const CAPACITY = 15;
const recent = new Map();
let key = 0;
function lru() {
  key += 1;
  recent.set(key, { key, when: new Date() });
  if (recent.size > CAPACITY) recent.delete(recent.keys().next().value);
}

/** `[what, function]` */
module.exports = [
  ['a warm cache', warmCache],
  ['modules required when needed', lazyRequire],
  ['compiled code', jit],
  ['pooled objects', pool],
  ['an LRU cache at its capacity', lru],
];
