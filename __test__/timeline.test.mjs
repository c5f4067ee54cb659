// The report on one recording of a real program: a leak, a full cache, a queue and a collection that was filled once.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test, { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, report } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { record } from './support/allocation-programs.mjs';
import { temporaryFolder } from './support/fixtures.mjs';

const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();

// A tick of the timer is work, however late it comes.
const PROGRAM = `class Order { constructor(at) { this.at = at; this.lines = ['line ' + at]; } }
class Page { constructor(at) { this.at = at; this.text = 'page ' + at; } }
class Job { constructor(at) { this.at = at; } }
class Setting { constructor(at) { this.at = at; } }
const leaked = [];
const pages = new Map();
const jobs = new Set();
const settings = {};
function placeOrder(at) { leaked.push(new Order(at)); }
function lookUp(at) {
  if (pages.size >= 150) pages.delete(pages.keys().next().value);
  pages.set(at, new Page(at));
}
function work(at) {
  const job = new Job(at);
  jobs.add(job);
  setTimeout(() => jobs.delete(job), 50);
}
function read(at) { if (at < 100) settings['setting' + at] = new Setting(at); }
globalThis.service = { leaked, pages, jobs, settings };
module.exports = () => new Promise((resolve) => {
  let at = 0;
  const timer = setInterval(() => {
    for (const end = at + 10; at < end; at++) { placeOrder(at); lookUp(at); work(at); read(at); }
    if (at < 1500) return;
    clearInterval(timer);
    resolve();
  }, 15);
});
`;

for (const [major, trackAllocations] of [[20, true], [20, false], [22, true], [24, true], [26, false]]) {
  describe(`a recording of Node.js ${major}${trackAllocations ? ' with stacks' : ''}`, () => {
    const { file } = record(nodeBinary(major), PROGRAM, { folder, name: `service-${major}-${trackAllocations}`, trackAllocations });

    test('shows the leak alone, by what is alive of each interval', async () => {
      const { suspects, timeline, growth, verdict, outcome, inconclusive } = await report(file);
      assert.equal(timeline.intervals, 8);
      assert.deepEqual([suspects.map(({ className }) => className), inconclusive, outcome], [['Order'], [], 'leaks'], verdict);
      const [order] = suspects;
      assert.ok(order.count >= 1400 && order.count <= 1500, `${order.count}`);
      assert.equal(order.addedCount.length, 8);
      assert.equal(order.addedCount.reduce((sum, count) => sum + count), order.count);
      assert.equal(growth.added.length, 8);
      assert.match(verdict, /One timeline of 8 intervals over [\d.]+ s shows what is alive at its end; what died before is unknown\.$/);
      assert.doesNotMatch(verdict, /One snapshot/);
    });

    test('is sure only if the stacks tell what died', async () => {
      const [{ confidence, survival, reason }] = (await report(file)).suspects;
      if (!trackAllocations) assert.deepEqual([confidence, survival], ['medium', null], reason);
      // Collections may lose the stacks of objects: see `flagsFor`.
      else assert.ok(confidence === 'medium' || survival >= 0.75, reason);
      if (major === 20 && trackAllocations) assert.deepEqual([confidence, survival > 0.9], ['high', true], reason);
    });

    test('has the bytes of its samples', async () => {
      const snapshot = await parse(file);
      const [samples, { timeline, growth }] = [await snapshot.samples(), await report(snapshot)];
      assert.equal(timeline.samples, samples.length);
      const duration = samples.at(-1).timestampMs - samples[0].timestampMs;
      assert.ok(Math.abs(timeline.durationMs - duration) < 1e-6);
      const sampled = samples.slice(1).reduce((sum, { size }) => sum + size, 0);
      const added = growth.added.reduce((sum, size) => sum + size);
      // The report knows the age of buffers and the like too.
      assert.ok(added >= sampled && added < sampled * 1.5, `${added} ${sampled}`);
      assert.equal(growth.before + added, growth.after);
    });
  });
}

test('text says what it is', () => {
  const { file } = record(process.execPath, PROGRAM, { folder, name: 'printed', trackAllocations: false });
  const { stdout, status, stderr } = spawnSync(process.execPath, [bin, 'report', file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /One\s+timeline\s+of\s+8\s+intervals\s+over/);
  assert.match(stdout, /certainty +likely: what died during the timeline is unknown/);
  assert.match(stdout, /why +Of what each interval created,/);
});

test('a recording without samples in between is one snapshot', async () => {
  const { file } = record(process.execPath, 'module.exports = () => { globalThis.all = Array.from({ length: 1000 }, (_, i) => ({ i })); };', { folder, name: 'one' });
  const { timeline, growth, verdict } = await report(file);
  assert.deepEqual([timeline, growth], [undefined, null]);
  assert.match(verdict, /One snapshot shows what is large/);
});
