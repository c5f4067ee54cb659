'use strict';

/** Growth and constant change without a leak. */

class CachedPage { constructor(i) { this.body = `cached ${i}`; } }
const lru = new Map();
function cached(i) {
  lru.set(i, new CachedPage(i));
  if (lru.size > 20) lru.delete(lru.keys().next().value);
}

class Vector { constructor() { this.x = 0; this.y = 0; } }
const free = Array.from({ length: 100 }, () => new Vector());
function pooled(i) {
  const vector = free.pop() ?? new Vector();
  vector.x = i;
  free.push(vector);
}

const builtins = ['zlib', 'dns', 'readline', 'querystring', 'string_decoder', 'tty', 'dgram', 'cluster', 'http2', 'inspector', 'repl', 'tls', 'https'];
function lazily(i) {
  if (i % 7 === 0) require(`node:${builtins[(i / 7) % builtins.length]}`);
}

const compiled = [];
function jit(i) {
  const make = compiled.length < 20 ? new Function('a', `let s = ${i}; for (let k = 0; k < 1000; k++) s += a * k; return s;`) : compiled[i % 20];
  if (compiled.length < 20) compiled.push(make);
  for (let k = 0; k < 50; k += 1) make(k);
}

class Sample { constructor(i) { this.value = i + 0.5; } }
const ring = new Array(32);
function sample(i) {
  ring[i % ring.length] = new Sample(i);
}

const words = new Map();
function intern(i) {
  const word = `word ${i % 25}`;
  if (!words.has(word)) words.set(word, word);
}

const config = { entries: Array.from({ length: 2000 }, (_, i) => ({ key: `key ${i}`, value: i })) };

class Connection { constructor(i) { this.body = `connection ${i}`; } }
const connections = [];
function connect(i) {
  if (connections.length < 10) connections.push(new Connection(i));
  else connections[i % 10] = new Connection(i);
}

class QueuedJob { constructor(i) { this.body = `queued ${i}`; } }
let jobs = [];
function enqueue(i) {
  jobs.push(new QueuedJob(i));
  if (i % 8 === 7) jobs = [];
}

class Key { constructor(i) { this.i = i; } }
const weak = new WeakMap();
function associate(i) {
  weak.set(new Key(i), { i });
}

// Single objects that change all the time but do not grow.
const MUCH = 1000;
const marks = [];
function mark(i) {
  for (let k = 0; k < MUCH; k += 1) marks[(i * MUCH + k) % (5 * MUCH)] = i + k / 7;
}

const frame = new Float64Array(4 * MUCH);
function render(i) {
  for (let k = 0; k < frame.length; k += 1) frame[k] = i * k;
}

const page = { body: '', bytes: Buffer.alloc(0) };
function reload(i) {
  page.body = Buffer.alloc(8 * MUCH, `page ${i % 10} `).toString('latin1');
  page.bytes = Buffer.alloc(8 * MUCH, i);
}

const answers = new Map();
function answer(i) {
  for (let k = 0; k < MUCH && answers.size < 12 * MUCH; k += 1) answers.set(i * MUCH + k, k);
}

let tail = '';
function log(i) {
  for (let k = 0; k < 50; k += 1) tail = `${tail}line ${i * 50 + k}\n`.slice(-4 * MUCH);
}

const totals = {};
function tally(i) {
  for (let k = 0; k < MUCH; k += 1) totals[k * 1000 + 7] = (totals[k * 1000 + 7] ?? 0) + i;
}

// Messages have different sizes, and the next one may be larger.
let message = '';
function receive(i) {
  message = Buffer.alloc(MUCH * (1 + (i % 15) + (i >> 4)), `${i} message `).toString('latin1');
}

exports.units = [
  cached,
  pooled,
  lazily,
  jit,
  sample,
  intern,
  connect,
  enqueue,
  associate,
  () => config,
  mark,
  render,
  reload,
  answer,
  log,
  tally,
  receive,
];
