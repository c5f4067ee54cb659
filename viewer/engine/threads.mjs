// Threads as workers that share a module's memory, for the module built for wasm32-wasip1-threads.
//
// ```text
// engine's worker ─ thread-spawn ─▶ page ─ { thread } ─▶ another worker ─ wasi_thread_start ─▶ the pool in crates/wasm
// ```
//
// The engine's worker waits for the others while they work, and cannot hear from them: so the page makes them,
// and is told when one fails. One that never starts is not missed, others do its work.

import { MAX_BYTES } from './limits.mjs';
import { textAt, trapped } from './memory.mjs';

const PAGE_BYTES = 64 << 10;
/** What .cargo/config.toml has the module begin with. */
const FIRST_BYTES = 4 << 20;
/** Past that, threads wait for memory rather than for each other. */
const MAX_THREADS = 8;

/**
 * What another worker needs to be a thread.
 * @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory, number: number, argument: number }} Thread
 */

/**
 * Threads as an instance asks for them.
 * @typedef {{ more: number, spawn(thread: Thread): void, end(): void }} Threads
 */

/** Threads to work with where there are so many processors. */
export const threadCount = (processors) => Math.min(processors, MAX_THREADS);

/** Takes addresses for all it may become, and memory as it grows. Throws where there are not that many addresses. */
export function sharedMemory() {
  return new WebAssembly.Memory({ initial: FIRST_BYTES / PAGE_BYTES, maximum: MAX_BYTES / PAGE_BYTES, shared: true });
}

/**
 * What the module imports in addition to `host`.
 * @param {WebAssembly.Memory} memory
 * @param {(argument: number) => number} spawn gives the new thread's number, from 1 on
 */
export function threadImports(memory, spawn) {
  return { env: { memory }, wasi: { 'thread-spawn': spawn }, wasi_snapshot_preview1: system(memory) };
}

/** Runs a thread to its end. Throws what ended it otherwise. */
export function runThread({ module, memory, number, argument }) {
  let panic = '';
  const host = {
    // The engine's worker, which works too, looks for all.
    watch: () => 0,
    panicked: (text, length) => {
      panic = textAt(memory, text, length);
    },
  };
  const noThreads = () => -1;
  const { exports } = new WebAssembly.Instance(module, { host, ...threadImports(memory, noThreads) });
  try {
    exports.wasi_thread_start(number, argument);
  } catch (cause) {
    throw trapped(cause, panic, exports);
  }
}

/** The few functions of WASI that Rust's standard library is linked with: no files, no environment, a clock and randomness. */
function system(memory) {
  // Addresses come as signed numbers, and memory may have grown since the last call.
  const put = (address, value) => new DataView(memory.buffer).setUint32(address >>> 0, value, true);
  return {
    environ_sizes_get(count, bytes) {
      put(count, 0);
      put(bytes, 0);
      return 0;
    },
    environ_get: () => 0,
    clock_time_get(clock, precision, time) {
      const nanoseconds = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
      new DataView(memory.buffer).setBigUint64(time >>> 0, nanoseconds, true);
      return 0;
    },
    random_get(start, length) {
      // Not into shared memory.
      new Uint8Array(memory.buffer, start >>> 0, length).set(crypto.getRandomValues(new Uint8Array(length)));
      return 0;
    },
    /** What is written, `panicked` says too. */
    fd_write(file, parts, count, written) {
      const view = new DataView(memory.buffer, parts >>> 0, 8 * count);
      let length = 0;
      for (let i = 0; i < count; i += 1) length += view.getUint32(8 * i + 4, true);
      put(written, length);
      return 0;
    },
    sched_yield: () => 0,
    proc_exit(code) {
      throw new Error(`the module ended with ${code}`);
    },
  };
}
