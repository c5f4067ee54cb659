// Where objects were allocated: recordings of real programs, as functions and stacks, and what heapray prints of them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { compareFiles } from './exact/files.mjs';
import { record } from './support/allocation-programs.mjs';
import { temporaryFolder } from './support/fixtures.mjs';

const { formatAllocations } = createRequire(import.meta.url)('../lib/format/allocations.js');
const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();

// Each function is called too seldom to be inlined.
const PROGRAM = `const orders = [];
class Order { constructor(at) { this.at = at; } }
function createOrder(at) {
  orders.push(new Order(at));
}
function httpHandler(at) {
  createOrder(at);
}
function cron(at) {
  [at].forEach(createOrder);
}
function passing(at) {
  return new Order(at);
}
module.exports = () => {
  for (let i = 0; i < 60; i++) httpHandler(i);
  for (let i = 0; i < 30; i++) cron(i);
  for (let i = 0; i < 40; i++) passing(i);
  globalThis.orders = orders;
};
`;

/** Functions of the program alone, which is what was planted. */
const planted = ({ stack }, script) => stack.filter(({ source }) => source?.script === script).map(({ functionName, source }) => `${functionName}:${source.line}`);

for (const major of [20, 22, 24, 26]) {
  describe(`a recording of Node.js ${major}`, () => {
    const { file, script } = record(nodeBinary(major), PROGRAM, { folder, name: `orders-${major}` });

    test('has the planted stacks, with what was allocated and what is alive', async () => {
      const snapshot = await parse(file);
      const page = await snapshot.allocations({ by: 'stack', limit: 10_000 });
      assert.deepEqual([page.available, page.reason, page.total, page.functions], [true, null, page.stacks.length, []]);
      const sums = new Map();
      for (const row of page.stacks) {
        const key = planted(row, script).slice(0, -1).join(' < ');
        const [count, live] = sums.get(key) ?? [0, 0];
        sums.set(key, [count + row.count, live + row.liveCount]);
      }
      const ofOrders = [...sums].filter(([key]) => key.startsWith('Order:') || key.startsWith('createOrder:') || key.startsWith('passing:'));
      const callers = new Set(ofOrders.map(([key]) => key.split(' < ').filter((name) => !/^(Order|createOrder)/.test(name)).join(' < ')));
      assert.deepEqual([...callers].sort(), ['cron:9', 'httpHandler:6', 'passing:12']);
      const live = (name) => ofOrders.filter(([key]) => key.includes(name)).reduce((sum, [, [, alive]]) => sum + alive, 0);
      assert.ok(live('httpHandler') >= 60 && live('cron') >= 30, JSON.stringify([...sums]));
      // The last may be in a register yet.
      assert.ok(live('passing') <= 1);
      assert.ok(ofOrders.find(([key]) => key.includes('passing'))[1][0] >= 40);
    });

    test("has DevTools' numbers, by function and by stack", async () => {
      const tally = await compareFiles([file]);
      assert.ok(tally.compared.functions > 5 && tally.compared['calls of stacks'] > 20, tally.summary());
      assert.equal(tally.mismatchCount, 0, tally.details());
    });
  });
}

describe('heapray allocations', () => {
  const { file, script } = record(process.execPath, PROGRAM, { folder, name: 'printed' });
  const heapray = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'allocations', ...args], { encoding: 'utf8', env: { ...process.env, COLUMNS: '200' } });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const jsonOf = (...args) => JSON.parse(heapray(...args, '--format', 'json'));

  test('prints what the API answers, in any order', async () => {
    const snapshot = await parse(file);
    assert.deepEqual(jsonOf(file), await snapshot.allocations());
    for (const sort of ['size', 'count', 'liveSize', 'liveCount']) {
      const page = jsonOf(file, '--by', 'stack', '--sort', sort, '--limit', '5', '--offset', '1');
      assert.deepEqual(page, await snapshot.allocations({ by: 'stack', sort, limit: 5, offset: 1 }));
      const values = page.stacks.map((row) => row[sort]);
      assert.deepEqual(values, [...values].sort((a, b) => b - a), sort);
    }
  });

  test('prints functions as a table, stacks as lists of calls', () => {
    assert.match(heapray(file), /^\d+ functions: [\d,]+ objects \(.*\) alive, [\d,]+ allocations \(.*\)/);
    assert.match(heapray(file), /createOrder +\S+printed\.cjs:3:21 +\d+ /);
    const stacks = heapray(file, '--by', 'stack', '--sort', 'liveCount');
    assert.match(stacks, /called by +httpHandler \S+printed\.cjs:6:21\n/);
    assert.ok(heapray(file, '--format', 'markdown').includes('`createOrder`'));
    assert.ok(stacks.includes(script));
  });

  test('says how to record if stacks were not tracked', async () => {
    const bare = record(process.execPath, PROGRAM, { folder, name: 'bare', trackAllocations: false });
    assert.match(heapray(bare.file), /^Not available: allocations were not tracked.*\.\nRecord them with .*trackAllocations: true/);
    const snapshot = await parse(bare.file);
    const { available, reason, total, count, functions, stacks } = await snapshot.allocations({ by: 'stack' });
    assert.deepEqual([available, typeof reason, total, count, functions, stacks], [false, 'string', 0, 0, [], []]);
    assert.ok((await snapshot.samples()).length > 0);
  });
});

describe('text', () => {
  const sums = { count: 3, size: 1500, liveCount: 2, liveSize: 1000 };
  const page = { available: true, reason: null, ...sums, next: null, functions: [], stacks: [] };
  const frame = (functionName) => ({ functionName, source: { script: '/app/a.js', scriptId: 1, line: 2, column: 3 } });

  test('names of functions are neutralised', () => {
    const functions = [{ ...frame('\u001b[31mevil'), ...sums }];
    assert.ok(!formatAllocations({ ...page, by: 'function', total: 1, functions }).includes('\u001b'));
  });

  test('a deep stack is cut, and one without functions has a name', () => {
    const stacks = [{ stack: Array.from({ length: 40 }, (_, i) => frame(`f${i}`)), ...sums }, { stack: [], ...sums }];
    const text = formatAllocations({ ...page, by: 'stack', total: 2, stacks });
    assert.match(text, /f11 .*\n +… 28 more calls\n/);
    assert.match(text, /\(no JavaScript function\)/);
  });
});
