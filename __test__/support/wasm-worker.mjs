// viewer/engine/worker.mjs for Node.js, with a limit on shared memory.

import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../viewer/engine/serve.mjs';

const { mostPages } = workerData ?? {};
if (mostPages !== undefined) {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = function ({ initial, shared }) {
    return new Memory({ initial, maximum: mostPages, shared });
  };
}

serve(parentPort);
