// Threads for the module built for wasm32-wasip1-threads: workers that share its memory.
//
// ```text
// engine's worker ─ thread-spawn ─▶ page ─ { thread } ─▶ another worker ─ wasi_thread_start ─▶ the pool in crates/wasm
// ```
//
// The engine's worker blocks while it waits for the others and receives no messages, so the page starts them and
// learns if one fails. If one does not start, others do its work.

import { MAX_BYTES } from './limits.mjs';
import { textAt, trapped } from './memory.mjs';

const PAGE_BYTES = 64 << 10;
/** The module's initial memory, as in .cargo/config.toml. */
const FIRST_BYTES = 4 << 20;
/** With more threads, memory bandwidth is the limit. */
const MAX_THREADS = 8;

/**
 * The data that another worker needs to be a thread.
 * @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory, number: number, argument: number }} Thread
 */

/**
 * The threads of an instance.
 * @typedef {{ more: number, spawn(thread: Thread): void, end(): void }} Threads
 */

/** The number of threads for a number of processors. */
export const threadCount = (processors) => Math.min(processors, MAX_THREADS);

/** Reserves addresses for its maximum and memory as it grows. Throws if there are not enough addresses. */
export function sharedMemory() {
  return new WebAssembly.Memory({ initial: FIRST_BYTES / PAGE_BYTES, maximum: MAX_BYTES / PAGE_BYTES, shared: true });
}

/**
 * The module's imports in addition to `host`.
 * @param {WebAssembly.Memory} memory
 * @param {(argument: number) => number} spawn returns the new thread's number, from 1
 */
export function threadImports(memory, spawn) {
  return { env: { memory }, wasi: { 'thread-spawn': spawn }, wasi_snapshot_preview1: system(memory) };
}

/** Runs a thread to its end. Throws if it fails. */
export function runThread({ module, memory, number, argument }) {
  let panic = '';
  const host = {
    // The engine's worker, which works too, checks for cancellation.
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

/** The WASI functions that Rust's standard library needs: no files, no environment, a clock and random numbers. */
function system(memory) {
  // Addresses are signed numbers, and memory may have grown since the last call.
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
      // getRandomValues() cannot write to shared memory.
      new Uint8Array(memory.buffer, start >>> 0, length).set(crypto.getRandomValues(new Uint8Array(length)));
      return 0;
    },
    /** Ignores output: `panicked` passes on the same message. */
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
