// The core as WebAssembly in a Web Worker: the engine of a page that any web server can offer.

import { openEngine } from '../../engine/wasm.mjs';
import type { Client } from '../model/engine.js';

/** Both files stand beside the page. */
export function workerClient(): Client {
  const beside = (name: string) => new URL(name, document.baseURI).href;
  return openEngine({ wasm: beside('heapray.wasm'), worker: () => new Worker(beside('worker.js')) }) as Client;
}
