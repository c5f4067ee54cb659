'use strict';

// The addon's exports over WebAssembly, for platforms without an addon.
//
// The same core, so the same answers, on one thread and within 4 GB. All snapshots share one instance, in
// a worker thread that is started by the first call and does not keep the process alive by itself.

const { existsSync } = require('node:fs');
const path = require('node:path');
const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads');
const { HeaprayError } = require('../../api/errors.js');

const root = path.join(__dirname, '..', '..', '..');
/** The module's path in a build, and in the package. */
const wasm = ['engine', 'dist'].map((folder) => path.join(root, 'viewer', folder, 'heapray.wasm')).find(existsSync);

const PHASES = ['wait', 'parse', 'redact', 'graph', 'dominators', 'retained', 'classes', 'query'];

let worker;
let memory = 0;
let lastId = 0;
/** Pending calls, by id. */
const pending = new Map();

function start() {
  worker = new Worker(path.join(__dirname, 'worker.mjs'), { workerData: { wasm } });
  worker.unref();
  worker.on('message', ({ id, value, failure, memory: bytes }) => {
    const { resolve, reject } = pending.get(id);
    pending.delete(id);
    memory = bytes;
    if (pending.size === 0) worker.unref();
    if (failure) reject(nativeError(failure));
    else resolve(value);
  });
  worker.on('error', (error) => {
    worker = undefined;
    for (const { reject } of pending.values()) reject(nativeError({ code: 'ERR_INTERNAL', message: error.message }));
    pending.clear();
  });
}

/** An error in the addon's form: see lib/api/errors.js. */
const nativeError = (failure) => new Error(JSON.stringify(failure));

function call(name, args, control, transfer) {
  if (worker === undefined) start();
  const id = (lastId += 1);
  worker.ref();
  const answer = new Promise((resolve, reject) => pending.set(id, { resolve, reject }));
  worker.postMessage({ id, call: name, args, control: control?.shared }, transfer);
  return answer;
}

/** Waits for the answer on the caller's thread. */
function callNow(name, args) {
  if (worker === undefined) start();
  const { port1, port2 } = new MessageChannel();
  const wake = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ call: name, args, wake, port: port2 }, [port2]);
  Atomics.wait(wake, 0, 0);
  const { value, failure } = receiveMessageOnPort(port1).message;
  port1.close();
  if (failure) throw nativeError(failure);
  return value;
}

class Control {
  shared = { flags: new Int32Array(new SharedArrayBuffer(8)), counts: new Float64Array(new SharedArrayBuffer(16)), phases: PHASES };

  cancel() {
    Atomics.store(this.shared.flags, 0, 1);
  }

  progress() {
    const { flags, counts } = this.shared;
    return { phase: PHASES[Atomics.load(flags, 1)], done: counts[0], total: counts[1] };
  }
}

/** The worker does one thing at a time anyway. */
class JobPermit {
  wait() {
    return true;
  }

  release() {}
}

/** The instance reads one snapshot at a time; this is held from the first chunk to the last. */
let reading = Promise.resolve();

function beginReading() {
  let end;
  const before = reading;
  reading = new Promise((resolve) => {
    end = resolve;
  });
  return before.then(() => end);
}

class NativeParser {
  #most;
  #size;
  #began;
  /** The last of the chunks that are not awaited. */
  #enqueued;
  #isOver = false;
  #refused;

  constructor(maxBytes, redactKey, beginning, size) {
    this.#most = maxBytes;
    this.#size = size ?? null;
    // Thrown by the first call that can reject.
    if (redactKey) this.#refused = notHere('redact');
  }

  async push(chunk, permit, control) {
    this.#open();
    this.#began ??= this.#begin();
    await this.#began;
    this.#open();
    await this.#step(call('push', [chunk], control));
  }

  async finish(permit, control) {
    await this.#enqueued;
    this.#open();
    this.#began ??= this.#begin();
    await this.#began;
    const handle = await this.#step(call('finish', [], control));
    this.#end();
    return new NativeSnapshot(handle);
  }

  /** A step that fails is the last. */
  async #step(step) {
    try {
      return await step;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  abandon() {
    if (this.#isOver) return;
    this.#end();
  }

  async #begin() {
    const end = await beginReading();
    await call('begin', [this.#size, this.#most]);
    return end;
  }

  #open() {
    if (this.#refused) throw this.#refused;
    if (this.#isOver) throw nativeError({ code: 'ERR_CLOSED', message: 'the snapshot was closed' });
  }

  #end() {
    this.#isOver = true;
    this.#began?.then((end) => call('abandon', []).catch(() => {}).finally(end));
  }

  /** For a source that cannot wait, such as V8 writing a snapshot. Errors are reported by `finish`. */
  enqueue(chunk, control) {
    const copy = chunk.slice();
    this.#enqueued = Promise.resolve(this.#enqueued).then(() => this.push(copy, undefined, control));
    this.#enqueued.catch(() => {});
    return !this.#isOver;
  }
}

class NativeSnapshot {
  #handle;

  constructor(handle) {
    this.#handle = handle;
  }

  get handle() {
    if (this.#handle === undefined) throw nativeError({ code: 'ERR_CLOSED', message: 'the snapshot was closed' });
    return this.#handle;
  }

  async ask(earlier, question, permit, control) {
    return call('ask', [[...earlier, this].map((snapshot) => snapshot.handle), question], control);
  }

  askNow(question) {
    return callNow('ask', [[this.handle], question]);
  }

  async fillColumn(name, target, control) {
    target.set(await call('column', [this.handle, name], control));
  }

  /** The memory of the whole instance, which is not known by snapshot. */
  get memory() {
    return this.#handle === undefined ? 0 : memory;
  }

  close() {
    if (this.#handle === undefined) return;
    call('close', [this.#handle]).catch(() => {});
    this.#handle = undefined;
  }
}

/** Parses a file at once, if no chunks are being read. */
async function parseFile(file, maxBytes, redactKey, permit, control) {
  if (redactKey) throw notHere('redact');
  const end = await beginReading();
  try {
    return new NativeSnapshot(await call('parseFile', [file, maxBytes], control));
  } finally {
    end();
  }
}

/** Functions that need files or threads of the system. */
function notHere(what) {
  return nativeError({
    code: 'ERR_NOT_SUPPORTED',
    message: `${what} needs heapray's native addon; here heapray runs as WebAssembly, since there is no addon for ${process.platform}-${process.arch}`,
  });
}

const onlyNative = (what) =>
  class {
    constructor() {
      throw notHere(what);
    }
  };

module.exports = {
  isThere: () => wasm !== undefined,
  addon: {
    Control,
    JobPermit,
    NativeParser,
    NativeSnapshot,
    NativeSnapshotWriter: onlyNative('redact'),
    CaptureLock: onlyNative('capture'),
    parseFile,
    // Memory is freed only with the instance.
    release() {},
    trim: () => false,
    processMemory: () => JSON.stringify({ mapped: 'needs the native addon', malloc: 'needs the native addon', threads: null, hasOtherLoops: true, snapshots: 0 }),
    version: () => require('../../../package.json').version,
  },
};
