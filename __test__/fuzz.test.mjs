// Compares heapray with DevTools on small random heaps that break rules, and tests the comparison itself.

import assert from 'node:assert/strict';
import test from 'node:test';
import { compareSnapshot } from './exact/compare.mjs';
import { load } from './exact/devtools.mjs';
import { exemptions } from './exact/exemptions.mjs';
import { snapshotPair } from './exact/fuzz-generator.mjs';
import { fuzz } from './exact/fuzz.mjs';
import { HeaprayView } from './exact/heapray.mjs';
import { Tally } from './exact/tally.mjs';

async function assertExact(t, count, seed) {
  const tally = await fuzz({ count, seed });
  t.diagnostic(`seeds from ${seed} on: ${tally.summary()}`);
  t.diagnostic(tally.details());
  assert.equal(tally.mismatchCount, 0, `npm run exact -- --fuzz ${count} --seed ${seed}\n${tally.details()}`);
  return tally;
}

test('three thousand fixed random pairs equal DevTools, and cover the exemptions', async (t) => {
  const tally = await assertExact(t, 3000, 1);
  const met = Object.keys(tally.exempted).sort();
  // A wrong count of functions needs a table of functions, which real timelines have.
  assert.deepEqual(met, Object.keys(exemptions).filter((name) => name !== 'function-count').sort());
});

test('two hundred pairs from a random seed equal DevTools', (t) =>
  assertExact(t, 200, Math.floor(Math.random() * 2 ** 31)));

test('the same seed makes the same snapshots', () => {
  assert.deepEqual(snapshotPair(7), snapshotPair(7));
  assert.notDeepEqual(snapshotPair(7), snapshotPair(8));
});

test('a single wrong number in any column is a mismatch', async () => {
  const [text] = snapshotPair(12);
  const oracle = await load(() => [text]);
  const view = await HeaprayView.load(Buffer.from(text));
  const last = view.nodeCount - 1;
  for (const [name, column] of Object.entries(view.columns)) {
    const right = column[last];
    column[last] = right + 1;
    const tally = new Tally();
    await compareSnapshot(oracle, view, tally);
    column[last] = right;
    assert.deepEqual(Object.keys(tally.mismatches), [name]);
  }
  view.close();
});
