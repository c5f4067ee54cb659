// Compares heapray with DevTools for each file, and for each file with the one before it.

import path from 'node:path';
import { compareChanges, compareSnapshot } from './compare.mjs';
import { version } from './devtools.mjs';
import { readText } from './input.mjs';
import { openBoth } from './open.mjs';
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
  const tally = new Tally();
  const opened = await openBoth(() => readText(file), file, tally);
  if (opened) await compareSnapshot(opened.oracle, opened.view, tally);
  report(path.basename(file), tally, total, log);
  return opened && { judge: opened.oracle.judge, view: opened.view };
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
