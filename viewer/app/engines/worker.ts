// The core as WebAssembly in a Web Worker: the engine of a page that any web server can offer.

import { openEngine } from '../../engine/wasm.mjs';
import type { Client } from '../model/engine.js';

/** Its files stand beside the page; which of the modules is loaded depends on the page's headers. */
export function workerClient(): Client {
  const beside = (name: string) => new URL(name, document.baseURI).href;
  return openEngine({
    wasm: beside('heapray.wasm'),
    threaded: beside('heapray-threads.wasm'),
    worker: () => new Worker(beside('worker.js')),
  }) as Client;
}
