'use strict';

// Answers requests, with snapshots in the addon's memory or a WebAssembly module's.

const { HeaprayError } = require('../api/heapray-error.js');
const { answerText, checkRequest, errorText, parseRequest } = require('./envelope.js');

/**
 * The backend of an engine, with its own handles.
 * @typedef {{
 *   ask(handles: unknown[], question: { ask: string }, options: object): Promise<string>,
 *   close(handle: unknown): void,
 * }} Backend
 */

/** Holds snapshots by number, and answers questions about them. Numbers are never reused. */
class Engine {
  #backend;
  #snapshots = new Map();
  #last = 0;

  /** @param {Backend} backend */
  constructor(backend) {
    this.#backend = backend;
  }

  /**
   * Adds the snapshot whose handle `load` returns, under `name`. Never rejects.
   * @param {{ id: number, name: string, bytes?: number | null, load: () => Promise<unknown> }} opening
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<string>} the response: its row in `list`, or an error
   */
  async open({ id, name, bytes = null, load }, { signal } = {}) {
    return settled(id, signal, async () => {
      const handle = await load();
      const summary = await this.#backend.ask([handle], { ask: 'summary' }, {});
      const snapshot = ++this.#last;
      const row = `{"snapshot":${snapshot},"name":${JSON.stringify(name)},"bytes":${bytes},"summary":${summary}}`;
      this.#snapshots.set(snapshot, { handle, row });
      return row;
    });
  }

  /**
   * Answers a request. Never rejects.
   * @param {string} text the request
   * @param {{ signal?: AbortSignal, onProgress?: Function }} [options]
   * @returns {Promise<string>} the response
   */
  async respond(text, options = {}) {
    const request = parseRequest(text);
    return settled(request.id ?? null, options.signal, async () => {
      const { snapshots, question, isOfEngine } = checkRequest(request);
      const held = snapshots.map((number) => this.#find(number));
      if (!isOfEngine) return this.#backend.ask(held.map(({ handle }) => handle), question, options);
      return question.ask === 'list' ? this.#list() : this.#close(snapshots);
    });
  }

  /** Closes all snapshots. */
  clear() {
    this.#close([...this.#snapshots.keys()]);
  }

  get size() {
    return this.#snapshots.size;
  }

  #find(number) {
    const held = this.#snapshots.get(number);
    if (held === undefined) throw new HeaprayError('ERR_CLOSED', `there is no snapshot ${number}, or it was closed`);
    return held;
  }

  #list() {
    return `[${[...this.#snapshots.values()].map(({ row }) => row).join(',')}]`;
  }

  #close(numbers) {
    for (const number of numbers) {
      const held = this.#snapshots.get(number);
      this.#snapshots.delete(number);
      if (held !== undefined) this.#backend.close(held.handle);
    }
    return 'null';
  }
}

async function settled(id, signal, work) {
  try {
    return answerText(id, await work());
  } catch (error) {
    if (!signal?.aborted) return errorText(id, error);
    return errorText(id, new HeaprayError('ERR_CANCELLED', 'the request was cancelled'));
  }
}

module.exports = { Engine };
