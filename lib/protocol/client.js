'use strict';

// The client of the protocol: the same for views of any engine.

const { HeaprayError } = require('../api/heapray-error.js');
const { readResponse, requestText } = require('./envelope.js');

/**
 * How requests reach an engine, and their responses come back, both as text.
 * @typedef {{ signal?: AbortSignal, onProgress?: (progress: object) => void }} Options
 * @typedef {{
 *   send(id: number, request: string, options: Options): Promise<string>,
 *   open(id: number, source: unknown, about: { name: string, bytes: number | null }, options: Options): Promise<string>,
 *   dispose(): void,
 * }} Transport
 */

class Client {
  #transport;
  #last = 0;

  /** @param {Transport} transport */
  constructor(transport) {
    this.#transport = transport;
  }

  /**
   * Opens a snapshot.
   * @param {unknown} source what the transport can read: for the browser's engine a File, Blob, URL, stream or bytes
   * @param {Options & { name?: string }} [options]
   * @returns {Promise<{ snapshot: number, name: string, bytes: number | null, summary: object }>}
   */
  async open(source, { name, signal, onProgress } = {}) {
    const id = ++this.#last;
    const about = { name: name ?? source.name ?? 'snapshot', bytes: source.size ?? source.byteLength ?? null };
    return this.#answer(signal, () => this.#transport.open(id, source, about, { signal, onProgress }));
  }

  /**
   * Asks about a snapshot, or several.
   * @param {number | number[]} snapshots
   * @param {{ ask: string }} question
   * @param {Options} [options]
   */
  async ask(snapshots, question, { signal, onProgress } = {}) {
    const id = ++this.#last;
    const text = requestText(id, [snapshots].flat(), question);
    return this.#answer(signal, () => this.#transport.send(id, text, { signal, onProgress }));
  }

  /** The snapshots that are open, oldest first. */
  async list() {
    return this.ask([], { ask: 'list' });
  }

  /** Gives a snapshot's memory back. */
  async close(snapshot) {
    await this.ask(snapshot, { ask: 'close' });
  }

  /** Ends the engine; whatever runs fails with `ERR_CLOSED`. */
  dispose() {
    this.#transport.dispose();
  }

  /** An aborted call rejects at once with the signal's reason, whenever the engine notices. */
  async #answer(signal, send) {
    if (signal === undefined) return readResponse(await send());
    signal.throwIfAborted();
    const { promise, forget } = aborted(signal);
    try {
      return readResponse(await Promise.race([send(), promise]));
    } finally {
      forget();
    }
  }
}

function aborted(signal) {
  let onAbort;
  const promise = new Promise((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) };
}

const closedEngine = () => new HeaprayError('ERR_CLOSED', 'the engine was closed');

module.exports = { Client, closedEngine };
