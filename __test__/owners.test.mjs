// Whose variable or field a holder is, in programs that run: the module, function or class, and where that begins.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { report } from '../index.js';
import { formatReport } from '../lib/format/report.js';
import { temporaryFolder } from './support/fixtures.mjs';

const folder = temporaryFolder();
mkdirSync(path.join(folder, 'db'));
const program = path.join(folder, 'program.mjs');
const pool = path.join(folder, 'db', 'pool.js');

writeFileSync(pool, `const pool = new Map();
exports.add = function add(key) { pool.set(key, new Session(key)); };
exports.make = function make() {
  const cache = [];
  return function push(value) { cache.push(value); };
};
class Session { constructor(key) { this.key = key; } }
`);
writeFileSync(program, `import { writeHeapSnapshot } from 'node:v8';
import pool from './db/pool.js';
class Quote { constructor(at) { this.at = at; } }
class Job { constructor(at) { this.at = at; } }
class Row { constructor(at) { this.at = at; } }
{
  const rows = new Set();
  globalThis.addRow = (row) => rows.add(row);
}
class PriceFeed {
  constructor() { this.quotes = []; }
  on(quote) { this.quotes.push(quote); }
}
const feed = new PriceFeed();
const push = pool.make();
for (let round = 0; round < 3; round++) {
  for (let i = 0; i < 1000; i++) {
    pool.add(round * 1000 + i);
    feed.on(new Quote(i));
    push(new Job(i));
    addRow(new Row(i));
  }
  writeHeapSnapshot(round + '.heapsnapshot');
}
export { feed };
`);

const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
assert.equal(status, 0, stderr);
const answer = await report([0, 1, 2].map((round) => path.join(folder, `${round}.heapsnapshot`)));
const suspectOf = (className) => answer.suspects.find((suspect) => suspect.className === className);

/** Who has what holds a class, as `kind name script:line`. */
function ownerOf(className) {
  const { kind, name, source } = suspectOf(className).holder.owner;
  return [kind, name, source.script, source.line];
}

test('a variable of a module is told with the module', () => {
  assert.deepEqual(ownerOf('Session'), ['module', pool, pool, null]);
  assert.deepEqual(suspectOf('Session').holder.source, suspectOf('Session').holder.owner.source);
});

test('a variable in a block is told with the file, for it may be in a function without variables of its own', () => {
  const url = pathToFileURL(program).href;
  assert.deepEqual(ownerOf('Row'), ['block', url, url, null]);
});

test('a variable of a function is told with the function and its line', () => {
  assert.deepEqual(ownerOf('Job'), ['function', 'make', pool, 3]);
});

test('a field is told with its class', () => {
  assert.deepEqual(ownerOf('Quote'), ['class', 'PriceFeed', pathToFileURL(program).href, 11]);
});

test('text says where the holder is declared', () => {
  const text = formatReport(answer, { width: 400 });
  assert.match(text, new RegExp(`declared +module variable in ${pool.replaceAll('.', '\\.')}\n`));
  assert.match(text, /declared +in function make, \S+pool\.js:3:29\n/);
  assert.match(text, /declared +in class PriceFeed, \S+program\.mjs:11:14\n/);
});
