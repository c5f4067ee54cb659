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

installChromium();
const args = process.argv.slice(2);
const runs = Number(args.find((arg) => /^\d+$/.test(arg)) ?? RUNS);
const words = args.filter((arg) => !/^\d+$/.test(arg));
const folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-pages-'));
const pages = (await allPages(folder)).filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const server = await servePages(Object.fromEntries(pages.map(({ name, script }) => [name, script])));
const browser = await launch();
const sums = { leaking: [0, 0], harmless: [0, 0] };
try {
  for (const tested of pages) {
    const wrong = [];
    for (let run = 0; run < runs; run += 1) wrong.push(...(await once(tested)));
    const right = runs - wrong.length;
    const sum = sums[tested.named === undefined ? 'harmless' : 'leaking'];
    sum[0] += right;
    sum[1] += runs;
    console.log(`${wrong.length === 0 ? 'ok   ' : 'WRONG'}  ${tested.named === undefined ? 'harmless' : 'leaking '}  ${tested.name}: ${right} of ${runs}`);
    for (const text of new Set(wrong)) console.log(`    ${text.replaceAll('\n', '\n    ')}`);
    if (wrong.length > 0) process.exitCode = 1;
  }
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const [kind, [right, of]] of Object.entries(sums)) console.log(`${kind}: right in ${right} of ${of} assertions`);

async function once(tested) {
  const context = await browser.newContext();
  try {
    const wrong = await judge(context, tested, server.url(tested.name));
    return wrong === undefined ? [] : [wrong];
  } finally {
    await context.close();
  }
}
