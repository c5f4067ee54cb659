// Sampling profiles of real programs, against DevTools' own models: functions, stacks, differences, and damaged files.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { allocations, parse } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { importProfileModels } from './exact/bundle.mjs';
import { record } from './support/allocation-programs.mjs';
import { temporaryFolder } from './support/fixtures.mjs';

const { SamplingHeapProfileModel, BottomUpProfileDataGridTree } = await importProfileModels();
const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();

const PROGRAM = `const orders = [];
class Order { constructor(at) { this.at = at; this.lines = new Array(40).fill(at); } }
function createOrder(at) {
  orders.push(new Order(at));
}
function descend(depth, at) {
  if (depth === 0) createOrder(at);
  else descend(depth - 1, at);
}
module.exports = () => {
  for (let i = 0; i < COUNT; i++) i % 2 ? createOrder(i) : descend(3, i);
  globalThis.orders = orders;
};
`;

const programWith = (count) => PROGRAM.replace('COUNT', String(count));

/** A profile that Node.js writes at its end. */
function profile(node, name, count) {
  const script = path.join(folder, 'orders.cjs');
  writeFileSync(script, programWith(count));
  const args = ['--heap-prof', `--heap-prof-name=${name}`, '--heap-prof-interval=4096', '-e', `require(${JSON.stringify(script)})()`];
  const { status, stderr } = spawnSync(node, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return path.join(folder, name);
}

/** A profile of the inspector protocol, as DevTools saves it. */
function profileOfInspector(node, name) {
  const file = path.join(folder, name);
  const code = `const session = new (require('node:inspector').Session)();
session.connect();
session.post('HeapProfiler.startSampling', { samplingInterval: 4096 });
const module_ = { exports: {} };
new Function('module', ${JSON.stringify(programWith(3000))})(module_);
module_.exports();
session.post('HeapProfiler.stopSampling', (error, { profile }) => require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(profile)));`;
  const { status, stderr } = spawnSync(node, ['-e', code], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return file;
}

const everyFunction = async (source) => (await allocations(source, { sort: 'totalSize', limit: 100_000, showStrings: true })).functions;
const keyOf = ({ functionName, source }) => `${functionName}@${source?.scriptId ?? 0}:${(source?.line ?? 0) - 1}:${(source?.column ?? 0) - 1}`;

/** Functions of the rows, by DevTools' key: bytes of their own, and with their callees. */
const sumsOf = (rows) => Object.fromEntries(rows.map((row) => [keyOf(row), [row.size, row.totalSize]]));

/** The same of DevTools, with the functions that call themselves. */
function judge(file) {
  const model = new SamplingHeapProfileModel(JSON.parse(readFileSync(file, 'utf8')));
  const { children } = new BottomUpProfileDataGridTree({}, {}, model.root, model.total);
  const sums = Object.fromEntries(children.map(({ callUID, self, total }) => [callUID, [self, total]]));
  return { total: model.total, sums, recursive: recursiveOf(model.root), root: model.root };
}

function recursiveOf(root) {
  const found = new Set();
  const visit = (call, above) => {
    if (above.has(call.callUID)) found.add(call.callUID);
    for (const child of call.children) visit(child, new Set([...above, call.callUID]));
  };
  visit(root, new Set());
  return found;
}

function compare(sums, { sums: expected, recursive }) {
  for (const [key, [self, total]] of Object.entries(expected)) {
    const [ours, ourTotal] = sums[key] ?? [];
    assert.equal(ours, self, key);
    // DevTools adds up the calls of a function by itself, which makes more than all bytes there are.
    if (recursive.has(key)) assert.ok(ourTotal <= total, key);
    else assert.equal(ourTotal, total, key);
  }
}

for (const major of [20, 22, 24, 26]) {
  test(`a profile of Node.js ${major} has DevTools' sums, by function and by stack`, async () => {
    const file = profile(nodeBinary(major), `node-${major}.heapprofile`, 4000);
    const expected = judge(file);
    const functions = await everyFunction(file);
    compare(sumsOf(functions), expected);
    const page = await allocations(file, { by: 'stack', limit: 100_000, showStrings: true });
    assert.deepEqual([page.available, page.sampled, page.difference, page.size], [true, true, false, expected.total]);
    assert.deepEqual([page.liveCount, page.liveSize, page.stacks[0].totalLiveSize], [null, null, null]);
    const stacks = new Map();
    const visit = (call, above) => {
      const chain = [call.callUID, ...above];
      if (call.self > 0) stacks.set(chain.join(' < '), [call.self, call.total]);
      call.children.forEach((child) => visit(child, chain));
    };
    expected.root.children.forEach((call) => visit(call, []));
    assert.ok(stacks.size > 5);
    assert.deepEqual(new Map(page.stacks.map((row) => [row.stack.map(keyOf).join(' < '), [row.size, row.totalSize]])), new Map([...stacks].sort(([, [a]], [, [b]]) => b - a)));
    const ofOrders = functions.filter(({ functionName }) => functionName === 'createOrder');
    assert.deepEqual(ofOrders.map(({ source }) => [path.basename(source.script), source.line]), [['orders.cjs', 3]]);
    assert.ok(ofOrders[0].totalSize > 4000 * 40 * 4 / 2, 'the bytes of the orders');
  });
}

test('a profile of the inspector has the same sums as in DevTools', async () => {
  const file = profileOfInspector(process.execPath, 'inspector.heapprofile');
  const functions = await everyFunction(file);
  compare(sumsOf(functions), judge(file));
  const { samples } = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(functions[0].totalCount > 50 && functions[0].totalCount <= samples.length);
});

describe('a difference', () => {
  const [before, after] = [profile(process.execPath, 'before.heapprofile', 1000), profile(process.execPath, 'after.heapprofile', 6000)];
  const heapprofiles = [before, after];

  test('has signed numbers, by function and by stack, with scripts of two processes compared by name', async () => {
    const [first, second, changes] = [await everyFunction(before), await everyFunction(after), await everyFunction(heapprofiles)];
    const withScript = (rows) => rows.filter(({ source }) => source?.script);
    const byName = (rows) => new Map(withScript(rows).map((row) => [JSON.stringify([row.functionName, row.source?.script, row.source?.line, row.source?.column]), row]));
    const [old, recent] = [byName(first), byName(second)];
    const expected = new Map();
    for (const key of new Set([...old.keys(), ...recent.keys()])) {
      const change = ['size', 'totalSize', 'count'].map((field) => (recent.get(key)?.[field] ?? 0) - (old.get(key)?.[field] ?? 0));
      if (change.some((value) => value !== 0)) expected.set(key, change);
    }
    const actual = [...byName(changes)].map(([key, { size, totalSize, count }]) => [key, [size, totalSize, count]]);
    assert.equal(actual.length, withScript(changes).length);
    assert.deepEqual(new Map(actual.sort()), new Map([...expected].sort()));
    const page = await allocations(heapprofiles, { by: 'stack' });
    assert.deepEqual([page.difference, page.sampled], [true, true]);
    assert.equal(page.size, judge(after).total - judge(before).total);
    const back = await allocations([after, before], { by: 'stack', limit: 100_000 });
    assert.equal(back.size, -page.size);
    assert.deepEqual(back.stacks.map(({ size }) => -size).sort((a, b) => b - a), (await allocations(heapprofiles, { by: 'stack', limit: 100_000 })).stacks.map(({ size }) => size));
  });

  test('of two timelines has what is alive too', async () => {
    const timeline = (name, count) => record(process.execPath, programWith(count), { folder, name }).file;
    const [few, many] = [timeline('few', 20), timeline('many', 100)];
    const { functions, liveCount, ...page } = await allocations([few, many], { sort: 'totalLiveSize' });
    assert.deepEqual([page.difference, page.sampled], [true, false]);
    const opened = [await parse(few), await parse(many)];
    const [old, recent] = [await opened[0].allocations(), await opened[1].allocations()];
    assert.deepEqual([liveCount, page.size], [recent.liveCount - old.liveCount, recent.size - old.size]);
    assert.deepEqual(await allocations(opened, { sort: 'totalLiveSize' }), { functions, liveCount, ...page });
    assert.ok(functions.some(({ functionName, totalLiveCount }) => functionName === 'descend' && totalLiveCount > 0));
  });

  test('of recordings of two kinds is refused, and so is a third', async () => {
    const { file } = record(process.execPath, programWith(10), { folder, name: 'other-kind' });
    await assert.rejects(allocations([file, after]), { code: 'ERR_INVALID_QUERY', message: /two recordings of one kind/ });
    await assert.rejects(allocations([before, after, file]), { code: 'ERR_INVALID_ARGUMENT', message: /^recordings must be one/ });
    await assert.rejects(allocations([before, before]), { code: 'ERR_INVALID_ARGUMENT', message: /given twice/ });
  });

  test('is printed with signs', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'allocations', before, after], { encoding: 'utf8', env: { ...process.env, COLUMNS: '160' } });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\d+ functions changed: \+\d+ samples \(\+[\d.]+ [kM]B\)/);
    assert.match(stdout, /createOrder +\S+orders\.cjs:3:21 +\+\d+ +\+\d/);
  });
});

describe('a profile', () => {
  const file = profile(process.execPath, 'sources.heapprofile', 500);
  const bytes = readFileSync(file);
  const heapray = (...args) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...process.env, COLUMNS: '160' }, input: bytes });

  test('is read from any source, compressed or not', async () => {
    const expected = await allocations(file);
    const text = bytes.toString();
    const sources = [
      bytes, gzipSync(bytes), brotliCompressSync(bytes), createReadStream(file), new Blob([bytes]).stream(),
      [bytes.subarray(0, 5), bytes.subarray(5, 9), bytes.subarray(9)], [text.slice(0, 100), text.slice(100)], [Buffer.from(`\uFEFF${text}`)],
    ];
    for (const [i, source] of sources.entries()) assert.deepEqual(await allocations(source), expected, `source ${i}`);
  });

  test('is printed, also from standard input, and as Markdown', () => {
    const { stdout, status, stderr } = heapray('allocations', file);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\d+ functions: [\d,]+ samples \([\d.]+ [kM]B\)/);
    assert.match(stdout, /Function +Place +Samples +Bytes +With callees\n/);
    assert.equal(heapray('allocations', '-').stdout, stdout);
    assert.match(heapray('allocations', file, '--by', 'stack').stdout, /called by +descend \S+orders\.cjs:6:/);
    assert.match(heapray('allocations', file, '--format', 'markdown').stdout, /\| Function \|/);
  });

  test('cannot be sorted by what is alive, nor be reported on', () => {
    const sorted = heapray('allocations', file, '--sort', 'liveSize');
    assert.equal(sorted.status, 2);
    assert.match(sorted.stderr, /sampling profile, which does not say what is alive/);
    const report = heapray('report', file);
    assert.equal(report.status, 3);
    assert.match(report.stderr, /found a sampling heap profile .*`heapray allocations` .*open it\. \[ERR_NOT_A_SNAPSHOT\]/);
  });

  test('that is damaged is refused, not read in part', async () => {
    const call = (changes) => Buffer.from(JSON.stringify({ head: { callFrame: { functionName: 'f' }, selfSize: 1, id: 1, children: [], ...changes } }));
    for (const source of [
      bytes.subarray(0, 2000), call({ callFrame: null }), call({ children: {} }), call({ children: [null] }), call({ selfSize: -1 }), call({ selfSize: '1' }),
      call({ selfSize: undefined }), call({ callFrame: { functionName: 7 } }), call({ callFrame: { lineNumber: 'x' } }), Buffer.from('{"head":null}'),
      Buffer.from('{"head":{"callFrame":{},"selfSize":1,"children":[]},"samples":{}}'),
    ]) {
      await assert.rejects(allocations(source), { code: 'ERR_SYNTAX' }, source.toString().slice(0, 80));
    }
    await assert.rejects(allocations(gzipSync(bytes).subarray(0, -100)), { code: /ERR_(COMPRESSION|TRUNCATED)/ });
    await assert.rejects(allocations(file, { maxBytes: 1000 }), { code: 'ERR_TOO_LARGE' });
    await assert.rejects(allocations(Buffer.from('{"other":1}')), { code: 'ERR_NOT_A_SNAPSHOT' });
  });

  test('without a list of samples counts one where there are bytes', async () => {
    const { head } = JSON.parse(bytes);
    const { count, size, stacks } = await allocations(Buffer.from(JSON.stringify({ head })), { by: 'stack' });
    assert.deepEqual([size, count], [(await allocations(file)).size, stacks.length]);
  });

  test('may be deep, and recursion counts once', async () => {
    const depth = 100_000;
    const open = Array.from({ length: depth }, (_, i) => `{"callFrame":{"functionName":"f${i % 2}"},"selfSize":1,"id":${i},"children":[`).join('');
    const { functions } = await allocations(Buffer.from(`{"head":${open}${']}'.repeat(depth)}}`));
    assert.deepEqual(functions.map(({ functionName, size, totalSize }) => [functionName, size, totalSize]), [['f0', depth / 2, depth], ['f1', depth / 2, depth - 1]]);
  });
});
