// npm run demo: runs a leaking server, takes three snapshots of it and prints the report. Sets up first; see setup.mjs.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { leak, SNAPSHOTS_AFTER } from '../lib/view/example.js';
import { root, run, setUp } from './setup.mjs';

const requests = SNAPSHOTS_AFTER.at(-1);
const folder = path.join('.cache', 'demo');
const snapshot = (number) => path.join(folder, `after-${number}.heapsnapshot`);

process.exitCode = await main();

async function main() {
  setUp();
  say('The leak: examples/closure-leak/server.cjs replaces `theThing` on every GET /leak and believes the old one gone.');
  const absolute = path.join(root, folder);
  mkdirSync(absolute, { recursive: true });
  await leak(absolute, { onUrl: (url) => console.log(`GET ${url}, ${requests} times; snapshots after ${SNAPSHOTS_AFTER.join(', ')} …`) });
  say(`The report of the last snapshot. Look at what retains most, and at its path:
  theThing → someMethod → context → originalThing → someMethod → … one link for each request, 8 MB each.`);
  if (!heapray('report', snapshot(requests))) return 1;
  say('What changed from the first to the last: 8 MB of Array and one {longStr, someMethod} more for each request.');
  if (!heapray('diff', snapshot(1), snapshot(requests))) return 1;
  say(`The snapshots are in ${folder}. Go on from here:
  npx heapray retainers ${snapshot(requests)} '{longStr, someMethod}'`);
  return 0;
}

function heapray(...args) {
  console.log(`$ npx heapray ${args.join(' ')}\n`);
  return run(process.execPath, ['bin/heapray.js', ...args]);
}

function say(text) {
  console.log(`\n${text}\n`);
}
