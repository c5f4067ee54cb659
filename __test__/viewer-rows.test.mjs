// Expandable rows as one list, the model of the viewer's tables.

import assert from 'node:assert/strict';
import { build } from 'esbuild';
import path from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporaryFolder } from './support/fixtures.mjs';

let Rows;
let joined;
let mapped;

before(async () => {
  const outfile = path.join(temporaryFolder(), 'rows.mjs');
  await build({ entryPoints: [fileURLToPath(new URL('../viewer/app/model/rows.ts', import.meta.url))], outfile, format: 'esm' });
  ({ joined, mapped, Rows } = await import(pathToFileURL(outfile)));
});

/** `total` rows called `prefix0`, `prefix1` …, and the requested pages. */
function numbered(prefix, total, asked = []) {
  return {
    async load(offset, limit) {
      asked.push([offset, limit]);
      const length = Math.max(0, Math.min(limit, total - offset));
      return { total, rows: Array.from({ length }, (_, i) => `${prefix}${offset + i}`) };
    },
  };
}

/** Waits for pages. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function nameAt(rows, index) {
  rows.at(index);
  await settle();
  return rows.at(index)?.row;
}

test('of a million rows only visible pages are loaded', async () => {
  const asked = [];
  const rows = new Rows(numbered('r', 1_000_000, asked), () => undefined, () => {});
  await nameAt(rows, 0);
  assert.equal(rows.length, 1_000_000);
  assert.equal(await nameAt(rows, 777_777), 'r777777');
  assert.deepEqual(asked, [[0, 200], [777_600, 200]]);
});

test('opened rows are between their parent and the next row, at any depth and in any order of opening', async () => {
  const rows = new Rows(numbered('r', 5), (row) => numbered(`${row}.`, 3), () => {});
  await nameAt(rows, 0);
  rows.open(rows.at(3));
  rows.open(rows.at(1));
  await nameAt(rows, 2);
  await nameAt(rows, 7);
  rows.open(rows.at(3));
  await nameAt(rows, 4);
  const names = [];
  for (let i = 0; i < rows.length; i++) names.push(await nameAt(rows, i));
  assert.deepEqual(names, ['r0', 'r1', 'r1.0', 'r1.1', 'r1.1.0', 'r1.1.1', 'r1.1.2', 'r1.2', 'r2', 'r3', 'r3.0', 'r3.1', 'r3.2', 'r4']);
  for (let i = 0; i < rows.length; i++) {
    const { level, position, depth } = rows.at(i);
    assert.equal(rows.indexOf(level, position), i);
    assert.equal(depth, names[i].split('.').length - 1);
  }
  rows.shut(rows.at(1));
  assert.equal(rows.length, 8);
  assert.equal(rows.at(2).row, 'r2');
});

test('a failed page is an error in its place and is not requested again', async () => {
  let asked = 0;
  const rows = new Rows({ load: async () => { asked += 1; throw new Error('gone'); } }, () => undefined, () => {});
  await nameAt(rows, 0);
  await nameAt(rows, 0);
  assert.equal(rows.at(0).level.error.message, 'gone');
  assert.equal(asked, 1);
});

test('unavailable rows are one line at the end', async () => {
  const rows = new Rows({ load: async () => ({ total: 2, rows: ['a', 'b'], missing: 40 }) }, () => undefined, () => {});
  await nameAt(rows, 0);
  assert.equal(rows.length, 3);
  assert.equal(rows.at(2).row, undefined);
  assert.equal(rows.at(2).level.missing, 40);
});

test('joined sources are one list, wherever its pages begin and end', async () => {
  const source = joined([numbered('a', 3), numbered('b', 0), mapped(numbered('c', 4), (row) => row.toUpperCase())]);
  const all = ['a0', 'a1', 'a2', 'C0', 'C1', 'C2', 'C3'];
  for (let offset = 0; offset <= all.length; offset += 1) {
    for (let limit = 0; limit <= all.length; limit += 1) {
      assert.deepEqual(await source.load(offset, limit), { total: 7, rows: all.slice(offset, offset + limit) });
    }
  }
});
