// The engine over WebAssembly, for use in a worker or without one.

import profiles from '../../lib/input/heap-profile.js';
import engines from '../../lib/protocol/engine.js';
import { checkMemory } from './limits.mjs';
import { HeapModule } from './module.mjs';
import { chunksOf, textOf } from './source.mjs';

/** Milliseconds between two checks for cancellation: often enough for a progress bar and a cancel button. */
const BREATH_MS = 40;

/** Bytes of memory above which an instance is replaced when its last snapshot is closed. */
const KEPT_BYTES = 8 << 20;

/** Opens snapshots and answers questions in one instance at a time; text in, text out. */
export class WasmEngine extends engines.Engine {
  #instance;
  #opening = Promise.resolve();

  /**
   * @param {WebAssembly.Module} compiled
   * @param {import('./threads.mjs').Threads | null} [threads] for the module that has them
   */
  constructor(compiled, threads = null) {
    const instance = new Instance(compiled, threads);
    super({
      ask: async (snapshots, question, { watch = () => false }) => instance.module.ask(snapshots, question, watch),
      close: (snapshot) => instance.close(snapshot),
    });
    this.#instance = instance;
  }

  /** Whether it failed permanently: snapshots and memory are lost, and a new engine is needed. */
  get isBroken() {
    return this.#instance.module.isBroken;
  }

  /** Bytes of memory in use, including memory kept for reuse. */
  get memoryBytes() {
    return this.#instance.module.memoryBytes;
  }

  /**
   * Opens a snapshot. Calls run one after the other.
   * @param {Parameters<typeof chunksOf>[0]} source
   * @param {{ id: number, name: string, bytes?: number | null }} about
   * @param {{ signal?: AbortSignal, watch?: import('./module.mjs').Watch }} [options]
   * @returns {Promise<string>} the response
   */
  openSource(source, about, options = {}) {
    const opened = this.#opening.then(() => this.open({ ...about, load: () => this.#loadAny(source, about, options) }, options));
    this.#opening = opened;
    return opened;
  }

  /** The core refuses a sampling profile, which is read once more as a recording of allocations. */
  async #loadAny(source, about, options) {
    try {
      return await this.#load(source, about, options);
    } catch (error) {
      if (!profiles.isHeapProfile(error) || source instanceof ReadableStream) throw error;
    }
    const recording = new TextEncoder().encode(profiles.recordingOf(await textOf(source)));
    return this.#load(recording, { ...about, bytes: recording.length }, options);
  }

  async #load(source, { bytes = null }, { signal, watch = () => false }) {
    const instance = this.#instance;
    const { module } = instance;
    let done = 0;
    const breath = new Breath();
    module.begin(bytes);
    try {
      for await (const chunk of chunksOf(source)) {
        signal?.throwIfAborted();
        if (done === 0) checkMemory(chunk, bytes, module.memoryBytes);
        module.push(chunk);
        done += chunk.length;
        watch({ phase: 'parse', done, total: bytes ?? 0 });
        await breath.take();
      }
      signal?.throwIfAborted();
      return instance.opened(module.finish(watch));
    } catch (error) {
      module.abandon();
      instance.renewIfIdle();
      throw error;
    }
  }
}

/** The current instance. WebAssembly's memory never shrinks, so the instance is dropped with the last snapshot. */
class Instance {
  #compiled;
  #threads;
  #open = 0;
  #firstBytes;

  constructor(compiled, threads) {
    this.#compiled = compiled;
    this.#threads = threads;
    this.module = new HeapModule(compiled, threads);
    this.#firstBytes = this.module.memoryBytes;
  }

  opened(snapshot) {
    this.#open += 1;
    return snapshot;
  }

  close(snapshot) {
    this.module.close(snapshot);
    this.#open -= 1;
    this.renewIfIdle();
  }

  renewIfIdle() {
    const { isBroken, memoryBytes } = this.module;
    if (this.#open > 0 || isBroken || memoryBytes <= this.#firstBytes + KEPT_BYTES) return;
    this.#threads?.end();
    this.module = new HeapModule(this.#compiled, this.#threads);
  }
}

/** Yields from time to time, so that a cancellation can arrive while chunks come from memory. */
class Breath {
  #last = performance.now();

  async take() {
    if (performance.now() - this.#last < BREATH_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#last = performance.now();
  }
}
