// Files → comparison of each, and of each with the one before it.

import path from 'node:path';
import { compareChanges, compareSnapshot } from './compare.mjs';
import { load, version } from './devtools.mjs';
import { HeaprayView } from './heapray.mjs';
import { readText } from './input.mjs';
import { Tally } from './tally.mjs';

/**
 * Compares snapshot files, in the order given.
 *
 * @param {string[]} files
 * @param {{ log?: (line: string) => void, pairs?: boolean }} [options] `pairs`: compare consecutive ones too
 */
export async function compareFiles(files, { log = () => {}, pairs = true } = {}) {
  log(`judge: chrome-devtools-frontend ${version}`);
  const total = new Tally();
  let before = null;
  for (const file of files) {
    const name = path.basename(file);
    const now = await compareFile(file, total, log);
    if (pairs && before && now) await comparePair(before, now, `${before.name} → ${name}`, total, log);
    before?.view.close();
    before = now && { ...now, name };
  }
  before?.view.close();
  return total;
}

async function compareFile(file, total, log) {
  const name = path.basename(file);
  const oracle = await load(() => readText(file));
  const view = await HeaprayView.load(file);
  const tally = new Tally();
  if (oracle.judge) await compareSnapshot(oracle, view, tally);
  else tally.exempt('cannot-open', 'files');
  report(name, tally, total, log);
  if (oracle.judge) return { judge: oracle.judge, view };
  log(`  DevTools says: ${oracle.error}`);
  view.close();
  return null;
}

async function comparePair(before, now, name, total, log) {
  const tally = new Tally();
  await compareChanges([before.judge, now.judge], [before.view, now.view], tally);
  report(name, tally, total, log);
}

function report(name, tally, total, log) {
  log(`${name}: ${tally.summary()}`);
  const details = tally.details();
  if (details) log(details);
  total.add(tally, `${name}: `);
}
