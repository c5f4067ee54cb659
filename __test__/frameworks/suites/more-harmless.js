'use strict';

// More functions that release their memory: `[what, function]`. They close their servers and other resources.

const { AsyncLocalStorage } = require('node:async_hooks');
const { execFile } = require('node:child_process');
const crypto = require('node:crypto');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs/promises');
const http = require('node:http');
const net = require('node:net');
const { performance } = require('node:perf_hooks');
const { Readable, Transform, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const timers = require('node:timers/promises');
const { promisify } = require('node:util');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');

async function request() {
  const server = http.createServer((_, response) => response.end('ok')).listen(0);
  await once(server, 'listening');
  const [response] = await once(http.get({ port: server.address().port, agent: false }), 'response');
  await once(response.resume(), 'end');
  server.close();
  await once(server, 'close');
}

let server;
async function fetched() {
  server ??= http.createServer((_, response) => response.end('{}')).listen(0).unref();
  if (!server.listening) await once(server, 'listening');
  await (await fetch(`http://localhost:${server.address().port}/`)).json();
}

async function connection() {
  const listener = net.createServer((socket) => socket.end('bye')).listen(0);
  await once(listener, 'listening');
  await once(net.connect(listener.address().port).resume(), 'close');
  listener.close();
  await once(listener, 'close');
}

async function streams() {
  const through = new Transform({ transform: (chunk, _, done) => done(null, chunk) });
  await pipeline(Readable.from(['a', 'b']), through, new Writable({ write: (_chunk, _, done) => done() }));
}

async function aborted() {
  const controller = new AbortController();
  const waiting = timers.setTimeout(60_000, null, { signal: controller.signal }).catch(() => {});
  controller.abort();
  await waiting;
}

const emitter = new EventEmitter();
function listenForOnce() {
  const listener = () => {};
  emitter.on('change', listener);
  emitter.emit('change');
  emitter.off('change', listener);
}

const meta = new WeakMap();
function weakly() {
  const key = {};
  meta.set(key, { seen: true });
  return new WeakRef(key);
}

const registry = new FinalizationRegistry(() => {});
const finalized = () => registry.register({}, { held: true });

const storage = new AsyncLocalStorage();
const within = () => storage.run({}, () => timers.setImmediate());

const expiring = new Map();
async function expires() {
  const key = Symbol('key');
  expiring.set(key, {});
  await timers.setTimeout(1);
  expiring.delete(key);
}

const ring = new Array(8).fill(null);
let calls = 0;
function inRing() {
  calls += 1;
  ring[calls % ring.length] = { when: new Date() };
}

let latest;
function replaced() {
  latest = { data: new Array(100).fill(latest === undefined) };
}

async function channel() {
  const { port1, port2 } = new MessageChannel();
  port2.postMessage('hello');
  port1.close();
  await once(port1, 'close');
}

function mark() {
  performance.mark('called');
  performance.clearMarks('called');
}

async function* numbers() {
  yield 1;
}
async function iterate() {
  for await (const _ of numbers());
}

function failing() {
  try {
    throw new Error('failed');
  } catch (error) {
    return error.stack;
  }
}

function page() {
  const { JSDOM } = require('jsdom');
  new JSDOM('<!doctype html><p>text').window.close();
}

module.exports = [
  ['an HTTP request', request],
  ['fetch', fetched],
  ['a connection', connection],
  ['streams', streams],
  ['a file', () => fs.readFile(__filename, 'utf8')],
  ['compression', () => promisify(zlib.gzip)(Buffer.alloc(1000))],
  ['random bytes', () => promisify(crypto.randomBytes)(32)],
  ['a timer', () => timers.setTimeout(1)],
  ['a worker', () => once(new Worker('1', { eval: true }), 'exit')],
  ['a process', () => promisify(execFile)(process.execPath, ['--version'])],
  ['an aborted wait', aborted],
  ['a signal with a time limit', () => void AbortSignal.timeout(60_000)],
  ['signals of signals', () => void AbortSignal.any([new AbortController().signal])],
  ['a clone', () => structuredClone({ a: [1, new Map()] })],
  ['formatting', () => new Intl.NumberFormat('de').format(1234.5)],
  ['code made of text', () => new Function(`return ${Math.random()}`)()],
  ['a context', () => vm.runInNewContext('({})')],
  ['a listener that is removed', listenForOnce],
  ['weak references', weakly],
  ['finalized objects', finalized],
  ['asynchronous contexts', within],
  ['a printed line', () => console.log('called')],
  ['a caught error', failing],
  ['entries that expire', expires],
  ['a ring', inRing],
  ['what replaces the latest', replaced],
  ['a message channel', channel],
  ['marks that are cleared', mark],
  ['an asynchronous iteration', iterate],
  ['a URL', () => new URL('http://localhost/?a=b').searchParams.get('a')],
  ['many short-lived objects', () => Array.from({ length: 10_000 }, (_, i) => ({ i })).length],
  ['JSON', () => JSON.parse(JSON.stringify({ a: [1, { b: 'c'.repeat(100) }] }))],
  ['a page that is closed', page],
];
