// One WebAssembly instance: bytes in, JSON out, traps as errors. The only caller of crates/wasm.

import errors from '../../lib/api/heapray-error.js';
import { bytesAt, outOfMemory, textAt, trapped } from './memory.mjs';
import { sharedMemory, threadImports } from './threads.mjs';

const { HeaprayError } = errors;

/** Bytes passed to the module at a time: enough to be scanned at full speed. */
const PIECE_BYTES = 4 << 20;

const encoder = new TextEncoder();

/**
 * Called with the progress of work, as in the API. Returns whether to cancel it.
 * @typedef {(progress: { phase: string, done: number, total: number }) => boolean} Watch
 */

export class HeapModule {
  #exports;
  #memory;
  /** @type {import('./threads.mjs').Threads | null} Until they are started. */
  #threads;
  #watch = () => false;
  /** The text of the panic that ended the instance. */
  #panic = '';
  /** Whether the instance trapped, and can no longer be used. */
  isBroken = false;

  /**
   * @param {WebAssembly.Module} compiled
   * @param {import('./threads.mjs').Threads | null} [threads] for the module that has them
   */
  constructor(compiled, threads = null) {
    const host = {
      watch: (name, length, done, total) => Number(this.#watch({ phase: textAt(this.#memory, name, length), done, total })),
      panicked: (text, length) => {
        this.#panic = textAt(this.#memory, text, length);
      },
    };
    this.#threads = threads;
    if (threads === null) {
      this.#exports = new WebAssembly.Instance(compiled, { host }).exports;
      this.#memory = this.#exports.memory;
    } else {
      const memory = sharedMemory();
      let number = 0;
      const spawn = (argument) => {
        threads.spawn({ module: compiled, memory, number: (number += 1), argument });
        return number;
      };
      this.#memory = memory;
      this.#exports = new WebAssembly.Instance(compiled, { host, ...threadImports(memory, spawn) }).exports;
      this.#exports._initialize();
    }
  }

  /** Bytes of the instance's memory, which never shrinks. */
  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Begins to read a snapshot, one at a time.
   * @param {number | null} bytes its size, if known
   * @param {number | null} [most] the most bytes of text to accept
   */
  begin(bytes, most) {
    this.#startThreads();
    this.#call(() => this.#exports.begin(bytes ?? NaN, most ?? NaN));
  }

  /** @param {Uint8Array} chunk */
  push(chunk) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      this.#write(piece);
      this.#succeed(() => this.#exports.push(piece.length));
    }
  }

  /**
   * Analyses what was read.
   * @param {Watch} watch
   * @returns {number} the snapshot's handle
   */
  finish(watch) {
    return this.#succeed(() => this.#watched(watch, () => this.#exports.finish())) - 1;
  }

  /** Drops a snapshot that was not read to its end. */
  abandon() {
    if (!this.isBroken) this.#call(() => this.#exports.abandon());
  }

  /**
   * @param {number[]} snapshots handles
   * @param {object} question
   * @param {Watch} watch
   * @returns {string} the answer, JSON
   */
  ask(snapshots, question, watch) {
    const bytes = encoder.encode(JSON.stringify({ snapshots, question }));
    this.#write(bytes);
    this.#succeed(() => this.#watched(watch, () => this.#exports.ask(bytes.length)));
    return this.#output();
  }

  /**
   * @param {number} snapshot its handle
   * @param {string} name
   * @param {Watch} watch
   * @returns {Uint8Array} a copy of the column, one element for each node
   */
  column(snapshot, name, watch) {
    const bytes = encoder.encode(name);
    this.#write(bytes);
    this.#succeed(() => this.#watched(watch, () => this.#exports.column(snapshot, bytes.length)));
    return bytesAt(this.#memory, this.#exports.output(), this.#exports.output_length());
  }

  /** @param {number} snapshot its handle */
  close(snapshot) {
    if (!this.isBroken) this.#call(() => this.#exports.close(snapshot));
  }

  /** Called before the first work. */
  #startThreads() {
    const threads = this.#threads;
    if (threads === null) return;
    this.#threads = null;
    this.#call(() => this.#exports.start_threads(threads.more));
  }

  #write(bytes) {
    const start = this.#call(() => this.#exports.input(bytes.length)) >>> 0;
    if (start === 0) throw outOfMemory(bytes.length);
    new Uint8Array(this.#memory.buffer, start, bytes.length).set(bytes);
  }

  #watched(watch, call) {
    this.#watch = watch;
    try {
      return call();
    } finally {
      this.#watch = () => false;
    }
  }

  /** Makes a call that returns 0 on failure. */
  #succeed(call) {
    const value = this.#call(call);
    if (value !== 0) return value;
    const { code, message, ...details } = JSON.parse(this.#output());
    throw new HeaprayError(code, message, details);
  }

  #call(call) {
    if (this.isBroken) throw new HeaprayError('ERR_CLOSED', 'the engine ended with an earlier failure');
    try {
      return call();
    } catch (error) {
      this.isBroken = true;
      throw trapped(error, this.#panic, this.#exports);
    }
  }

  #output() {
    return textAt(this.#memory, this.#exports.output(), this.#exports.output_length());
  }
}
