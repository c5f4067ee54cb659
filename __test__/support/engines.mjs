// The engines behind one interface: text in, text out.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import protocol from '../../lib/protocol/native.js';
import { threadedWasmFile, wasmFile } from '../../scripts/setup.mjs';
import { WasmEngine } from '../../viewer/engine/engine.mjs';

/** The module, compiled once. */
export const compiled = await WebAssembly.compile(readFileSync(wasmFile));

/** The one with threads, where it could be built. */
export const threadedBytes = existsSync(threadedWasmFile) ? readFileSync(threadedWasmFile) : null;
const threaded = threadedBytes && (await WebAssembly.compile(threadedBytes));

/** For the `skip` option of a test. */
export const skipWithoutThreads = threaded ? false : 'no module with threads: rustup cannot add wasm32-wasip1-threads';

/** An engine with threads, all but the first in workers of Node.js. */
export function threadedEngine(more = 2) {
  const workers = new Set();
  const spawn = (thread) => {
    const worker = new Worker(new URL('wasm-worker.mjs', import.meta.url));
    worker.unref();
    worker.postMessage({ thread });
    workers.add(worker);
  };
  const end = () => {
    for (const worker of workers) worker.terminate();
    workers.clear();
  };
  return new WasmEngine(threaded, { more, spawn, end });
}

/** Fresh engines by name. */
export const freshEngines = () => ({
  native: new protocol.NativeEngine(),
  wasm: new WasmEngine(compiled),
  ...(threaded && { threaded: threadedEngine() }),
});

/** The response to opening bytes. */
export function openBytes(engine, bytes, name = 'a.heapsnapshot') {
  const source = engine instanceof WasmEngine ? new Blob([bytes]) : bytes;
  return engine.openSource(source, { id: 1, name, bytes: bytes.length });
}

/** The response to a question. */
export function ask(engine, snapshots, question) {
  return engine.respond(JSON.stringify({ id: 2, snapshots, question }));
}

/** The answer in a response, which must have one. */
export function answerOf(response) {
  const { answer, error } = JSON.parse(response);
  assert.equal(error, undefined, `${error?.code}: ${error?.message}`);
  return answer;
}
