'use strict';

/** What grows, or changes all the time, and is no leak. */

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

exports.units = [cached, pooled, lazily, jit, sample, intern, connect, enqueue, associate, () => config];
