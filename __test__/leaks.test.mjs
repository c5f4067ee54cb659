// heapray's own leaks: a short run of `npm run test:leaks`, which is scripts/leak-cycles.mjs.

import assert from 'node:assert/strict';
import test from 'node:test';
import { measure } from '../scripts/leak-cycles.mjs';

test('the process does not grow with ninety snapshots that are opened, closed, dropped or aborted', (t) => {
  const { growth, snapshotBytes } = measure(90);
  t.diagnostic(`resident ${growth.rss}, external ${growth.external}; one snapshot is ${snapshotBytes}`);
  assert.ok(snapshotBytes > 1e6, `${snapshotBytes}`);
  // Sixty of them are measured; if kept, they would take sixty times the size of a snapshot.
  assert.ok(growth.rss < 20 * snapshotBytes, `resident memory grew by ${growth.rss}`);
  assert.ok(growth.external < snapshotBytes, `external memory grew by ${growth.external}`);
});
