// Compares DevTools and heapray on random pairs of snapshots, one pair for each seed.

import { compareChanges, compareSnapshot } from './compare.mjs';
import { snapshotPair } from './fuzz-generator.mjs';
import { openBoth } from './open.mjs';
import { Tally } from './tally.mjs';

const stopAfterMismatchedSeeds = 5;

/**
 * Compares `count` pairs, from seed `seed` on. Stops early when several seeds have shown mismatches.
 *
 * @param {{ count: number, seed: number, log?: (line: string) => void }} options
 */
export async function fuzz({ count, seed, log = () => {} }) {
  const total = new Tally();
  let mismatched = 0;
  for (let i = 0; i < count && mismatched < stopAfterMismatchedSeeds; i++) {
    const tally = await fuzzOne(seed + i);
    total.add(tally, `seed ${seed + i}: `);
    if (tally.mismatchCount === 0) continue;
    mismatched++;
    log(`seed ${seed + i}: ${tally.summary()}\n${tally.details()}`);
  }
  return total;
}

async function fuzzOne(seed) {
  const tally = new Tally();
  const opened = [];
  for (const text of snapshotPair(seed)) {
    const both = await openBoth(() => [text], Buffer.from(text), tally, { alwaysMend: true });
    if (!both) continue;
    await compareSnapshot(both.oracle, both.view, tally);
    opened.push(both);
  }
  const judges = opened.map(({ oracle }) => oracle.judge);
  const views = opened.map(({ view }) => view);
  if (opened.length === 2) await compareChanges(judges, views, tally);
  for (const view of views) view.close();
  return tally;
}
