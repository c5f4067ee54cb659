// The core as WebAssembly in a Web Worker, started when it is first needed.

import type { Client } from '../model/engine.js';

export function workerClient(): Client {
  throw new Error('not yet');
}
