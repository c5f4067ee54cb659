// A worker's side: passes messages to an engine, and responses back.
//
// ```text
// page ─▶ { wasm, threaded, threads }               once: the module, its bytes, or its URL; the same with threads,
//                                                   and their number, if memory can be shared
//      ─▶ { id, open: { source, name, bytes }, flag }
//      ─▶ { id, request, flag }                     text of the protocol
//      ─▶ { id, cancel: true }
// page ◀─ { id, response }                          text of the protocol
//      ◀─ { id, progress: { phase, done, total } }
//      ◀─ { id, response, isBroken: true }          the worker can no longer be used
//      ◀─ { spawn: thread }                         to be posted to another worker, as { thread }
//      ◀─ { endThreads: true }                      these workers are no longer needed
//      ◀─ { failed: response }                      from such a worker: neither it nor the engine can continue
// ```
//
// A worker does not receive messages while it computes. If memory can be shared (the page is cross-origin
// isolated), `flag` ends the computation within milliseconds. Otherwise a cancelled request is rejected at
// once, and the worker continues to the end of its step.

import envelope from '../../lib/protocol/envelope.js';
import { WasmEngine } from './engine.mjs';
import { runThread } from './threads.mjs';

const PROGRESS_INTERVAL_MS = 50;

/** @param {{ postMessage(message: object): void, onmessage: Function | null }} port */
export function serve(port) {
  let engine;
  const controllers = new Map();

  port.onmessage = async ({ data }) => {
    if (data.thread !== undefined) run(data.thread);
    else if (data.wasm !== undefined) {
      engine = started(data);
      // The next request gets the error.
      engine.catch(() => {});
    } else if (data.cancel) controllers.get(data.id)?.abort();
    else await answer(data);
  };

  function run(thread) {
    try {
      runThread(thread);
    } catch (error) {
      port.postMessage({ failed: envelope.errorText(null, error) });
    }
  }

  /** Starts the module with threads if possible, otherwise without. */
  async function started({ wasm, threaded, threads }) {
    if (threads > 1) {
      const pool = {
        more: threads - 1,
        spawn: (thread) => port.postMessage({ spawn: thread }),
        end: () => port.postMessage({ endThreads: true }),
      };
      try {
        return new WasmEngine(await compiled(threaded), pool);
      } catch (error) {
        console.warn(`heapray works on one thread: ${error.message}`);
      }
    }
    return new WasmEngine(await compiled(wasm));
  }

  async function answer({ id, open, request, flag }) {
    const controller = new AbortController();
    controllers.set(id, controller);
    const options = { signal: controller.signal, watch: watcher(id, flag, controller) };
    let response;
    let isBroken = false;
    try {
      const { source, ...about } = open ?? {};
      const ready = await engine;
      response = await (open ? ready.openSource(source, { id, ...about }, options) : ready.respond(request, options));
      isBroken = ready.isBroken;
    } catch (error) {
      response = envelope.errorText(id, error);
      isBroken = true;
    }
    controllers.delete(id);
    port.postMessage({ id, response, ...(isBroken && { isBroken }) });
  }

  /** Passes on progress, and returns whether to cancel. */
  function watcher(id, flag, controller) {
    let next = 0;
    return (progress) => {
      if (flag && Atomics.load(flag, 0) !== 0) controller.abort();
      const now = performance.now();
      if (now >= next) {
        next = now + PROGRESS_INTERVAL_MS;
        port.postMessage({ id, progress });
      }
      return controller.signal.aborted;
    };
  }
}

/** @param {WebAssembly.Module | BufferSource | string} wasm a string is a URL */
async function compiled(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm !== 'string') return WebAssembly.compile(wasm);
  const response = await fetch(wasm);
  if (!response.ok) throw new Error(`cannot load the engine: ${wasm} is answered with ${response.status}`);
  // Streaming compilation requires the module's content type.
  const isModule = response.headers.get('Content-Type') === 'application/wasm';
  return isModule ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
