// viewer/engine/worker.mjs for Node.js.

import { parentPort } from 'node:worker_threads';
import { serve } from '../../viewer/engine/serve.mjs';

serve(parentPort);
