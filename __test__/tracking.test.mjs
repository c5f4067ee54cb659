// Allocations that heapray tracks in the process itself: capture({ allocations }), trackAllocations() and leak assertions.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { temporaryFolder } from './support/fixtures.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = temporaryFolder();

/** Functions that V8 has inlined in each other before anything is tracked. */
const ORDERS = `const orders = globalThis.orders = [];
class Order { constructor(at) { this.at = at; this.items = [at]; } }
function createOrder(at) { orders.push(new Order(at)); }
function httpHandler(at) { createOrder(at); }
function cron(at) { [at].forEach(createOrder); }
function work() {
  for (let i = 0; i < 416; i++) httpHandler(i);
  for (let i = 0; i < 208; i++) cron(i);
}
for (let i = 0; i < 400; i++) work();
orders.length = 0;
`;

/** Runs a program, and returns what it prints as JSON. */
function run(node, name, body, flags = []) {
  const file = path.join(folder, `${name}.cjs`);
  writeFileSync(file, `${ORDERS}\nconst heapray = require(${JSON.stringify(root)});\nconst testing = require(${JSON.stringify(path.join(root, 'testing'))});\n(async () => {\n${body}\n})().then((answer) => console.log(JSON.stringify(answer)));\n`);
  const { status, stdout, stderr } = spawnSync(node, [...flags, file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { file, answer: JSON.parse(stdout.trim().split('\n').at(-1)) };
}

const find = (functions, name) => functions.flatMap(function all(each) { return [each, ...each.callers.flatMap(all)]; }).find(({ functionName }) => functionName === name);

for (const major of [20, 22, 24, 26]) {
  describe(`Node.js ${major}`, () => {
    const node = nodeBinary(major);

    test('captures name the functions that allocated, although they were inlined before', () => {
      const { file, answer } = run(node, `capture-${major}`, `
        const snapshots = [];
        for (let i = 0; i < 3; i++) {
          snapshots.push(await heapray.capture({ allocations: true, force: true }));
          work();
        }
        snapshots.push(await heapray.capture({ allocations: true, force: true }));
        heapray.trackAllocations().stop();
        const { suspects } = await heapray.report(snapshots);
        return suspects.find(({ className }) => className === 'Order');
      `);
      const { count, allocatedAt } = answer;
      assert.equal(count, 3 * 624);
      assert.ok(allocatedAt.count > 0.9 * count && allocatedAt.count <= count, `${allocatedAt.count} of ${count}`);
      const createOrder = find(allocatedAt.functions, 'createOrder');
      assert.deepEqual([createOrder.source.script, createOrder.source.line], [file, 3]);
      const callers = Object.fromEntries(createOrder.callers.map(({ functionName, count }) => [functionName, count]));
      assert.deepEqual(Object.keys(callers).sort(), ['cron', 'httpHandler']);
      assert.ok(callers.httpHandler > 0.9 * 3 * 416 && callers.cron > 0.9 * 3 * 208, JSON.stringify(callers));
    });

    test('a failing leak assertion names them', () => {
      const { file, answer } = run(node, `leak-${major}`, `
        const message = async (options) => {
          try {
            await testing.assertNoLeak(() => httpHandler(1), options);
          } catch ({ message, leaks }) {
            return { message, leaks };
          }
        };
        return [await message({ allocations: true }), await message({})];
      `);
      const [traced, plain] = answer;
      const [leak] = traced.leaks;
      assert.deepEqual([leak.className, leak.allocatedAt.count, plain.leaks[0].allocatedAt], ['Order', 20, null]);
      assert.deepEqual(find(leak.allocatedAt.functions, 'httpHandler')?.count, 20, JSON.stringify(leak.allocatedAt));
      assert.match(traced.message, new RegExp(`allocated at +(Order|createOrder) \\(${file.replace(/[.\\]/g, '\\$&')}:\\d+:\\d+\\) \\d+`));
      assert.doesNotMatch(plain.message, /allocated at/);
      assert.deepEqual(leak.addedCount, plain.leaks[0].addedCount);
    });
  });
}

test('with forMs a capture is a recording of its own', () => {
  const { answer } = run(process.execPath, 'recording', `
    const timer = setInterval(work, 10);
    const snapshot = await heapray.capture({ allocations: { forMs: 400 }, force: true });
    clearInterval(timer);
    const { stacks, available } = await snapshot.allocations({ by: 'stack', limit: 1000 });
    const samples = await snapshot.samples();
    work();
    const later = await heapray.capture({ force: true });
    return { available, names: stacks.flatMap(({ stack }) => stack.map(({ functionName }) => functionName)), samples: samples.length, later: (await later.allocations()).available };
  `);
  assert.deepEqual([answer.available, answer.later], [true, false]);
  assert.ok(answer.names.includes('createOrder') && answer.names.includes('httpHandler'));
  assert.ok(answer.samples > 1);
});

test('tracking is one for the thread, and ends once', () => {
  const { answer } = run(process.execPath, 'once', `
    const first = heapray.trackAllocations();
    const same = heapray.trackAllocations() === first;
    await heapray.capture({ allocations: { forMs: 0 }, force: true });
    const goesOn = heapray.trackAllocations() === first;
    first.stop();
    first.stop();
    const second = heapray.trackAllocations();
    second[Symbol.dispose ?? Symbol.for('nodejs.dispose')]();
    return { same, goesOn, another: second !== first };
  `);
  assert.deepEqual(answer, { same: true, goesOn: true, another: true });
});

test('workers and forgetIds are refused', () => {
  const { answer } = run(process.execPath, 'refused', `
    const code = (options) => heapray.capture(options).catch((error) => [error.code, error.message]);
    return code({ allocations: true, forgetIds: true });
  `);
  assert.deepEqual([answer[0], /options\.forgetIds/.test(answer[1])], ['ERR_INVALID_ARGUMENT', true]);
});
