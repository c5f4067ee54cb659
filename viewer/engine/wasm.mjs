// The page's side of an engine in a worker: openEngine() returns the client.

import clients from '../../lib/protocol/client.js';
import { threadCount } from './threads.mjs';

const { Client, closedEngine } = clients;

/**
 * An engine in a worker of its own, which is started on first use.
 * @param {object} options
 * @param {WebAssembly.Module | BufferSource | string} options.wasm the module, its bytes, or its URL
 * @param {WebAssembly.Module | BufferSource | string} [options.threaded] the same for the module with threads, which is
 *   used if memory can be shared and there is more than one processor
 * @param {number} [options.threads] the number of threads; by default one for each processor, 8 at most
 * @param {() => Worker} [options.worker] creates a worker that runs worker.mjs
 * @returns {InstanceType<typeof Client>}
 */
export function openEngine({
  wasm,
  threaded,
  threads = threadCount(globalThis.navigator?.hardwareConcurrency ?? 1),
  worker = () => new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' }),
}) {
  const modules = threaded !== undefined && canShare() ? { wasm, threaded, threads } : { wasm };
  return new Client(new WorkerTransport(modules, worker));
}

class WorkerTransport {
  #modules;
  #makeWorker;
  #worker;
  /** Workers that are the engine's threads. */
  #threads = new Set();
  #isClosed = false;
  /** The handlers of responses, by id. */
  #pending = new Map();

  constructor(modules, makeWorker) {
    this.#modules = modules;
    this.#makeWorker = makeWorker;
  }

  send(id, request, options) {
    return this.#post(id, { request }, options);
  }

  open(id, source, about, options) {
    const isStream = source instanceof ReadableStream;
    const located = source instanceof URL ? source.href : source;
    return this.#post(id, { open: { source: located, ...about } }, options, isStream ? [source] : []);
  }

  dispose() {
    this.#isClosed = true;
    this.#end(closedEngine());
  }

  #post(id, message, { signal, onProgress }, transfer) {
    if (this.#isClosed) return Promise.reject(closedEngine());
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const flag = signal && canShare() ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    const onAbort = () => {
      if (flag) Atomics.store(flag, 0, 1);
      worker.postMessage({ id, cancel: true });
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const response = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, onProgress, signal }));
    worker.postMessage({ id, ...message, flag }, transfer);
    return response.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  #start() {
    const worker = this.#makeWorker();
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => this.#end(new Error(`the engine's worker failed: ${event.message}`));
    worker.postMessage(this.#modules);
    return worker;
  }

  #receive({ id, progress, response, isBroken, spawn, endThreads }) {
    if (spawn) return this.#startThread(spawn);
    if (endThreads) return this.#endThreads();
    const { resolve, onProgress, signal } = this.#pending.get(id) ?? {};
    if (progress) {
      if (!signal?.aborted) onProgress?.(progress);
      return;
    }
    this.#pending.delete(id);
    resolve?.(response);
    // The worker's memory is freed with it; the next question starts another.
    if (isBroken) this.#end(closedEngine());
  }

  /** If a thread fails, the engine would wait for it forever, so both are ended. */
  #startThread(thread) {
    const worker = this.#makeWorker();
    this.#threads.add(worker);
    worker.onmessage = ({ data: { failed } }) => {
      if (!this.#threads.has(worker)) return;
      for (const { resolve } of this.#pending.values()) resolve(failed);
      this.#pending.clear();
      this.#end(closedEngine());
    };
    worker.onerror = (event) => console.warn(`heapray works on one thread less: ${event.message}`);
    worker.postMessage({ thread });
  }

  #endThreads() {
    for (const thread of this.#threads) thread.terminate();
    this.#threads.clear();
  }

  #end(error) {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#endThreads();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** Browsers share memory only in cross-origin isolated pages; Node.js always does. */
const canShare = () => typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false;
