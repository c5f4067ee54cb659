// One WebAssembly instance → bytes in, JSON out, and traps as errors. The only caller of crates/wasm.

import errors from '../../lib/heapray-error.js';

const { HeaprayError } = errors;

/** What fits into the module's own buffer at a time: large enough to be scanned at full speed. */
const PIECE_BYTES = 4 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Where work is, as in the API. Returns whether to end it.
 * @typedef {(progress: { phase: string, done: number, total: number }) => boolean} Watch
 */

export class HeapModule {
  #exports;
  #watch = () => false;
  /** The text of the panic that ended the instance. */
  #panic = '';
  /** Whether the instance trapped: then it is of no use any more. */
  isBroken = false;

  /** @param {WebAssembly.Module} compiled */
  constructor(compiled) {
    const host = {
      watch: (name, length, done, total) => Number(this.#watch({ phase: this.#text(name, length), done, total })),
      panicked: (text, length) => {
        this.#panic = this.#text(text, length);
      },
    };
    this.#exports = new WebAssembly.Instance(compiled, { host }).exports;
  }

  /** Bytes of memory the instance has. It never gives any back: only its end does. */
  get memoryBytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Begins to read a snapshot, one at a time.
   * @param {number | null} bytes its size, where that is known
   * @param {number | null} [most] most bytes of text to accept
   */
  begin(bytes, most) {
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

  /** Lets go of what was read. */
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
    return this.#said();
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
    return new Uint8Array(this.#exports.memory.buffer, this.#exports.said() >>> 0, this.#exports.said_length()).slice();
  }

  /** @param {number} snapshot its handle */
  close(snapshot) {
    if (!this.isBroken) this.#call(() => this.#exports.close(snapshot));
  }

  #write(bytes) {
    const start = this.#call(() => this.#exports.room(bytes.length)) >>> 0;
    if (start === 0) throw outOfMemory(bytes.length);
    new Uint8Array(this.#exports.memory.buffer, start, bytes.length).set(bytes);
  }

  #watched(watch, call) {
    this.#watch = watch;
    try {
      return call();
    } finally {
      this.#watch = () => false;
    }
  }

  /** A call that gives 0 for a failure. */
  #succeed(call) {
    const value = this.#call(call);
    if (value !== 0) return value;
    const { code, message, ...details } = JSON.parse(this.#said());
    throw new HeaprayError(code, message, details);
  }

  #call(call) {
    if (this.isBroken) throw new HeaprayError('ERR_CLOSED', 'the engine ended with an earlier failure');
    try {
      return call();
    } catch (error) {
      this.isBroken = true;
      throw this.#trapped(error);
    }
  }

  #trapped(cause) {
    if (this.#panic !== '') return new HeaprayError('ERR_INTERNAL', `a bug in heapray, please report it: ${this.#panic}`, { cause });
    const refused = this.#exports.refused();
    if (refused > 0) return outOfMemory(refused);
    return new HeaprayError('ERR_INTERNAL', `a bug in heapray, please report it: ${cause.message}`, { cause });
  }

  #said() {
    return this.#text(this.#exports.said(), this.#exports.said_length());
  }

  #text(start, length) {
    return decoder.decode(new Uint8Array(this.#exports.memory.buffer, start >>> 0, length));
  }
}

function outOfMemory(bytes) {
  const expected = `${bytes} bytes of memory`;
  return new HeaprayError('ERR_OUT_OF_MEMORY', `expected ${expected}, found none left`, { expected, found: 'none left' });
}
