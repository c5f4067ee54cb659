// The suspects' numbers equal those of `filter` and `classes` for the same nodes, over the corpus of leaks.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { corpusFiles, skipWithoutCorpus } from './corpus.mjs';
import { assertNumbers } from './support/leak-numbers.mjs';

const require = createRequire(import.meta.url);
const { parse, report } = require('../index.js');

/** The three files of every scenario, oldest first. */
function triples() {
  const files = ['leaks', 'chrome'].flatMap((folder) => corpusFiles(folder));
  const thirds = files.filter((file) => file.includes('.third.'));
  return thirds.map((third) => [third.replace('.third.', '.before.'), third.replace('.third.', '.after.'), third]);
}

describe('suspects of the corpus', { skip: skipWithoutCorpus }, () => {
  it("have the numbers of filter and classes for the same nodes, also with a single snapshot", async () => {
    let whole = 0;
    for (const files of triples()) {
      const snapshots = await Promise.all(files.map((file) => parse(file)));
      for (const series of [snapshots, snapshots.slice(-1)]) {
        whole += await assertNumbers(snapshots.at(-1), (await report(series)).suspects);
      }
      for (const snapshot of snapshots) snapshot.close();
    }
    assert.ok(whole >= 10, `only ${whole} suspects have a class to themselves`);
  });
});
