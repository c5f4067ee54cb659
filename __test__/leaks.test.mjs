// Leaks of our own: the short form of `npm run test:leaks`, which is scripts/leak-cycles.mjs.

import assert from 'node:assert/strict';
import test from 'node:test';
import { measure } from '../scripts/leak-cycles.mjs';

test('ninety snapshots opened, closed, forgotten or stopped leave the process as large as it was', (t) => {
  const { growth, snapshotBytes } = measure(90);
  t.diagnostic(`resident ${growth.rss}, external ${growth.external}; one snapshot is ${snapshotBytes}`);
  assert.ok(snapshotBytes > 1e6, `${snapshotBytes}`);
  // Sixty of them were measured, and kept they would be sixty times a snapshot.
  assert.ok(growth.rss < 20 * snapshotBytes, `resident memory grew by ${growth.rss}`);
  assert.ok(growth.external < snapshotBytes, `external memory grew by ${growth.external}`);
});
