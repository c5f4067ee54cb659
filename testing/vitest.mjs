// heapray/vitest: leak assertions as matchers of Vitest. Importing it is the set-up:
//
//   export default { test: { setupFiles: ['heapray/vitest'] } }

import { expect, vi } from 'vitest';
import timeouts from '../lib/testing/vitest.js';
import { matchers } from './vitest.js';

export * from './vitest.js';

expect.extend(matchers);

// A leak takes several snapshots to show: more than Vitest's 5 s in all on a busy machine. What the
// configuration says is left as it is.
const { __vitest_worker__: worker } = globalThis;
if (worker?.config?.testTimeout === timeouts.VITEST_DEFAULT_MS) vi.setConfig({ testTimeout: timeouts.TEST_TIMEOUT_MS });
