// The core as WebAssembly in a Web Worker: the engine of a page on any web server.

import { openEngine } from '../../engine/wasm.mjs';
import type { Client } from '../model/engine.js';

/** Its files are beside the page; the page's headers decide which of the modules is loaded. */
export function workerClient(): Client {
  const beside = (name: string) => new URL(name, document.baseURI).href;
  return openEngine({
    wasm: beside('heapray.wasm'),
    threaded: beside('heapray-threads.wasm'),
    worker: () => new Worker(beside('worker.js')),
  }) as Client;
}
