/** Compares a suspect's numbers with the answers of other questions about the same nodes. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { filter } = require('../../index.js');

const MAX_ROWS = 100_000;

/** Fails if a number of a suspect differs from `filter` and `classes`. Returns how many whole classes were compared. */
export async function assertNumbers(snapshot, suspects) {
  let whole = 0;
  for (const suspect of suspects) {
    const { sampleIds, className, count, bytes, holder, freedIfReleased, freedIfAllRelease } = suspect;
    const samples = await filter(snapshot, { id: sampleIds });
    assert.equal(samples.total, Math.min(count, 5), className);
    assert.ok(samples.nodes.every(({ retainedSize }) => retainedSize <= bytes), className);
    const [held] = (await filter(snapshot, { id: holder.id })).nodes;
    assert.deepEqual([held.className, held.retainedSize], [holder.className, holder.retainedSize]);
    assert.ok(freedIfReleased <= freedIfAllRelease && freedIfAllRelease <= snapshot.totalSize, className);
    whole += await compareWithClass(snapshot, suspect, samples.nodes[0].className);
  }
  return whole;
}

/** If a suspect has all objects of a class, its numbers are the class's. */
async function compareWithClass(snapshot, { className, count, bytes, freedIfAllRelease }, classOfSample) {
  const { total } = await filter(snapshot, { class: { exact: classOfSample }, limit: 1 });
  if (total !== count) return false;
  const { classes } = await snapshot.classes({ name: { exact: classOfSample }, limit: 2 });
  if (classes.length !== 1 || classes[0].count !== count) return false;
  // A leak includes at least the objects that name it, and the bytes that would be freed.
  assert.ok(bytes >= classes[0].retainedSize && bytes >= freedIfAllRelease, className);
  return true;
}
