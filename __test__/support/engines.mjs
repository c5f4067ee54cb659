// Both engines, asked the same way: text in, text out.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import protocol from '../../lib/protocol/native.js';
import { wasmFile } from '../../scripts/setup.mjs';
import { WasmEngine } from '../../viewer/engine/engine.mjs';

/** The module, compiled once. */
export const compiled = await WebAssembly.compile(readFileSync(wasmFile));

/** Fresh engines by name. */
export const bothEngines = () => ({ native: new protocol.NativeEngine(), wasm: new WasmEngine(compiled) });

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
