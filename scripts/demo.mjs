// npm run demo: a leaking server, three snapshots of it, and what heapray says. Sets up first; see setup.mjs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root, run, setUp } from './setup.mjs';

const requests = 50;
const folder = path.join('.cache', 'demo');
const snapshot = (number) => path.join(folder, `after-${number}.heapsnapshot`);

process.exitCode = await main();

async function main() {
  setUp();
  say('The leak: examples/closure-leak/server.cjs replaces `theThing` on every GET /leak and believes the old one gone.');
  await leak();
  say(`The report of the last snapshot. Look at what retains most, and at its path:
  theThing → someMethod → context → originalThing → someMethod → … one link for each request, 8 MB each.`);
  if (!heapray('report', snapshot(requests))) return 1;
  say('What changed from the first to the last: 8 MB of Array and one {longStr, someMethod} more for each request.');
  if (!heapray('diff', snapshot(1), snapshot(requests))) return 1;
  say(`The snapshots are in ${folder}. Go on from here:
  npx heapray retainers ${snapshot(requests)} '{longStr, someMethod}'`);
  return 0;
}

async function leak() {
  mkdirSync(path.join(root, folder), { recursive: true });
  const server = spawn(process.execPath, ['examples/closure-leak/server.cjs', folder], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [url] = await Promise.race([once(createInterface(server.stdout), 'line'), endOf(server)]);
    console.log(`GET ${url}, ${requests} times; snapshots after 1, 40 and 50 …`);
    for (let i = 0; i < requests; i++) {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      await response.text();
    }
  } finally {
    server.kill();
  }
}

async function endOf(server) {
  const [code] = await once(server, 'exit');
  throw new Error(`the server ended with code ${code}`);
}

function heapray(...args) {
  console.log(`$ npx heapray ${args.join(' ')}\n`);
  return run(process.execPath, ['bin/heapray.js', ...args]);
}

function say(text) {
  console.log(`\n${text}\n`);
}
