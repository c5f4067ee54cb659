// Seeds → random pairs of snapshots → both through DevTools and heapray.

import { compareChanges, compareSnapshot } from './compare.mjs';
import { load } from './devtools.mjs';
import { snapshotPair } from './fuzz-generator.mjs';
import { HeaprayView } from './heapray.mjs';
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
  log(total.details());
  return total;
}

async function fuzzOne(seed) {
  const tally = new Tally();
  const texts = snapshotPair(seed);
  const judges = [];
  const views = [];
  for (const text of texts) {
    const oracle = await load(() => [text], { alwaysMend: true });
    const view = await HeaprayView.load(Buffer.from(text));
    views.push(view);
    judges.push(oracle.judge);
    if (oracle.judge) await compareSnapshot(oracle, view, tally);
    else tally.exempt('cannot-open', 'files');
  }
  if (judges[0] && judges[1]) await compareChanges(judges, views, tally);
  for (const view of views) view.close();
  return tally;
}
