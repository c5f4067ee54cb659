// heapray's numbers are DevTools' numbers: every node and every class of real snapshots.

import assert from 'node:assert/strict';
import test from 'node:test';
import { majors } from '../scripts/node-versions.mjs';
import { corpusFiles, skipWithoutCorpus } from './corpus.mjs';
import { compareFiles } from './exact/files.mjs';
import { zooSnapshots } from './exact/zoo.mjs';

async function assertExact(t, files, options) {
  const tally = await compareFiles(files, options);
  t.diagnostic(tally.summary());
  const details = tally.details();
  if (details) t.diagnostic(details);
  assert.ok(tally.compared.nodes > 1000, 'something was compared');
  assert.equal(tally.mismatchCount, 0, details);
}

for (const major of majors) {
  test(`snapshots of Node.js ${major} with every kind of object equal DevTools node by node`, (t) =>
    assertExact(t, zooSnapshots(major)));
}

test('snapshots of Node.js 14 to 26, Deno and Bun equal DevTools node by node', { skip: skipWithoutCorpus }, (t) =>
  assertExact(t, corpusFiles('versions'), { pairs: false }));

test('snapshots of Chromium equal DevTools node by node', { skip: skipWithoutCorpus }, (t) =>
  assertExact(t, corpusFiles('chrome')));

for (const leak of ['emitter-listeners', 'map-cache', 'sliced-string', 'control-express']) {
  test(`the ${leak} snapshots and their comparison equal DevTools`, { skip: skipWithoutCorpus }, (t) =>
    assertExact(t, ['before', 'after', 'third'].flatMap((when) => corpusFiles('leaks', `${leak}.${when}`))));
}
