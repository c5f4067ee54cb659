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
const shared = path.join(folder, 'db', 'shared.mjs');

writeFileSync(pool, `const pool = new Map();
exports.add = function add(key) { pool.set(key, new Session(key)); };
exports.make = function make() {
  const cache = [];
  return function push(value) { cache.push(value); };
};
exports.waiting = [];
exports.wait = (key) => exports.waiting.push(new Ticket(key));
class Ticket { constructor(key) { this.key = key; } }
class Session { constructor(key) { this.key = key; } }
`);
writeFileSync(shared, `class Price { constructor(at) { this.at = at; } }
class Link { constructor(next) { this.next = next; } }
class Visit { constructor(at) { this.at = at; } }
const visits = [];
export const prices = new Map();
export let newest;
export { visits as log };
export function share(at) {
  prices.set(at, new Price(at));
  newest = new Link(newest);
  visits.push(new Visit(at));
}
`);
writeFileSync(program, `import { writeHeapSnapshot } from 'node:v8';
import pool from './db/pool.js';
import { log, newest, prices, share } from './db/shared.mjs';
globalThis.keep = () => [log, newest, prices];
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
    share(round * 1000 + i);
    pool.wait(i);
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

test('a variable that a module exports is told by its name, with the module', () => {
  const url = pathToFileURL(shared).href;
  for (const [className, variable] of [['Price', 'prices'], ['Link', 'newest'], ['Visit', 'log']]) {
    assert.equal(suspectOf(className).holder.path, variable);
    assert.deepEqual(ownerOf(className), ['module', url, url, null]);
  }
});

test('what a CommonJS module exports is told as a variable of that module', () => {
  assert.equal(suspectOf('Ticket').holder.path, 'waiting');
  assert.deepEqual(ownerOf('Ticket'), ['module', pool, pool, null]);
});

test('a variable in a block is told with the file, for it may be in a function without variables of its own', () => {
  const url = pathToFileURL(program).href;
  assert.deepEqual(ownerOf('Row'), ['block', url, url, null]);
});

test('a variable of a function is told with the function and its line', () => {
  assert.deepEqual(ownerOf('Job'), ['function', 'make', pool, 3]);
});

test('a field is told with its class', () => {
  assert.deepEqual(ownerOf('Quote'), ['class', 'PriceFeed', pathToFileURL(program).href, 13]);
});

test('text says where the holder is declared', () => {
  const text = formatReport(answer, { width: 400 });
  assert.match(text, new RegExp(`declared +module variable in ${pool.replaceAll('.', '\\.')}\n`));
  assert.match(text, /declared +in function make, \S+pool\.js:3:29\n/);
  assert.match(text, /declared +in class PriceFeed, \S+program\.mjs:13:14\n/);
});
