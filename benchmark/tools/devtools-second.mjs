// DevTools' second thread: retainers, dominators and retained sizes, while the first names classes.

import { parentPort } from 'node:worker_threads';
import { importDevTools } from '../../__test__/exact/bundle.mjs';

const { SecondaryInitManager } = await importDevTools();
parentPort.once('message', port => new SecondaryInitManager(port));
