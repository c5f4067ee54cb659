// Where a suspect's objects were allocated, in snapshots that Node.js took while it tracked allocations.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { report } from '../index.js';
import { formatReport } from '../lib/format/report.js';
import { temporaryFolder } from './support/fixtures.mjs';

const folder = temporaryFolder();
const program = path.join(folder, 'orders.cjs');
writeFileSync(program, `const { Session } = require('node:inspector');
const { appendFileSync } = require('node:fs');
const orders = [];
class Order { constructor(at) { this.at = at; this.items = [at]; } }
function createOrder(at) {
  orders.push(new Order(at));
}
function httpHandler(at) {
  createOrder(at);
}
function cron(at) {
  [at].forEach(createOrder);
}
const session = new Session();
session.connect();
session.post('HeapProfiler.enable');
session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
let file;
session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => appendFileSync(file, params.chunk));
for (let round = 0; round < 3; round++) {
  for (let i = 0; i < 416; i++) httpHandler(i);
  for (let i = 0; i < 208; i++) cron(i);
  file = round + '.heapsnapshot';
  session.post('HeapProfiler.takeHeapSnapshot');
}
session.disconnect();
`);
const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
assert.equal(status, 0, stderr);
const answer = await report([0, 1, 2].map((round) => path.join(folder, `${round}.heapsnapshot`)));
const { allocatedAt, count } = answer.suspects.find(({ className }) => className === 'Order');

test('objects are told with the functions that allocated them, and those with their callers', () => {
  assert.deepEqual([count, allocatedAt.count], [3 * 624, 3 * 624]);
  // A class is a function too: the constructor allocates, or what calls it.
  const createOrder = find(allocatedAt.functions, 'createOrder');
  assert.deepEqual([createOrder.count, createOrder.source.script, createOrder.source.line], [3 * 624, program, 5]);
  assert.deepEqual(createOrder.callers.map(({ functionName, count }) => [functionName, count]), [['httpHandler', 3 * 416], ['cron', 3 * 208]]);
});

test('functions of the runtime between those of the program are left out', () => {
  assert.equal(find(allocatedAt.functions, 'forEach'), undefined);
});

test('text tells the function, its place and its callers', () => {
  assert.match(formatReport(answer, { width: 400 }), /allocated +\S+ \S+orders\.cjs:\d+:\d+ 1,872 objects: .*< httpHandler.* 1,248, .*< cron.* 624\n/);
});

function find(functions, name) {
  return functions.flatMap(function all(each) { return [each, ...each.callers.flatMap(all)]; }).find(({ functionName }) => functionName === name);
}
