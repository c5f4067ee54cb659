// npm run test:pages: pages that leak and pages that do not, in Chromium. An assertion must name what leaks, and nothing else.
//
//   npm run test:pages                  10 runs of each, about an hour
//   npm run test:pages -- 1             one run
//   npm run test:pages -- 3 worker Vue  three runs of pages whose names contain one of these
//
// Prints for each page how many runs were right, and exits with 1 unless all were.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launch } from '../__test__/support/browser.mjs';
import { allPages, judge } from '../__test__/support/pages/pages.mjs';
import { servePages } from '../__test__/support/pages/server.mjs';
import { installChromium } from './chromium.mjs';

const RUNS = 10;
/** Half of the time an assertion waits for the page. */
const AT_ONCE = 3;

installChromium();
const args = process.argv.slice(2);
const runs = Number(args.find((arg) => /^\d+$/.test(arg)) ?? RUNS);
const words = args.filter((arg) => !/^\d+$/.test(arg));
const folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-pages-'));
const pages = (await allPages(folder)).filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const server = await servePages(Object.fromEntries(pages.map(({ name, script }) => [name, script])));
const browser = await launch();
/** @type {Map<typeof pages[number], string[]>} what was wrong, by page */
const wrong = new Map(pages.map((tested) => [tested, []]));
try {
  for (let run = 1; run <= runs; run += 1) {
    const left = [...pages];
    const work = async () => {
      for (let tested = left.shift(); tested !== undefined; tested = left.shift()) wrong.get(tested).push(...(await once(tested)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    console.log(`run ${run}: ${[...wrong.values()].flat().length} of ${run * pages.length} assertions were wrong so far`);
  }
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const [{ name, named }, texts] of wrong) {
  console.log(`${texts.length === 0 ? 'ok   ' : 'WRONG'}  ${named === undefined ? 'harmless' : 'leaking '}  ${name}: ${runs - texts.length} of ${runs}`);
  for (const text of new Set(texts)) console.log(`    ${text.replaceAll('\n', '\n    ')}`);
}
for (const kind of ['leaking', 'harmless']) {
  const chosen = pages.filter(({ named }) => (named === undefined) === (kind === 'harmless'));
  const failures = chosen.flatMap((tested) => wrong.get(tested)).length;
  console.log(`${chosen.length} ${kind} pages: right in ${chosen.length * runs - failures} of ${chosen.length * runs} assertions`);
  if (failures > 0) process.exitCode = 1;
}

async function once(tested) {
  const context = await browser.newContext();
  try {
    const wrong = await judge(context, tested, server.url(tested.name));
    return wrong === undefined ? [] : [wrong];
  } finally {
    await context.close();
  }
}
