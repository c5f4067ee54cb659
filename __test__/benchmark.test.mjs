// The benchmark measures real processes, reports failures, and detects different answers.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { differences } from '../benchmark/answers.mjs';
import { generate } from '../benchmark/generate.mjs';
import { measure } from '../benchmark/measure.mjs';
import { measureReport, reportTable } from '../benchmark/report.mjs';
import { markdownTable, median, rows, writeBetweenMarkers } from '../benchmark/table.mjs';
import { parse } from '../index.js';

let folder;
let snapshot;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'heapray-benchmark-'));
  snapshot = path.join(folder, 'small.heapsnapshot');
  await generate({ file: snapshot, size: 'small', node: process.execPath });
});

after(() => rm(folder, { recursive: true }));

const run = (tool, options) => measure({ node: process.execPath, tool, file: snapshot, timeoutSeconds: 120, ...options });

test('heapray and DevTools give the same answers about a generated heap', async () => {
  const heapray = await run('heapray', { mode: '--check' });
  const devtools = await run('devtools', { mode: '--check' });
  assert.equal(heapray.error, undefined);
  assert.deepEqual(differences(heapray.answers, devtools.answers), []);
  assert.deepEqual(Object.keys(heapray.answers), Object.keys(devtools.answers), 'both answer every question');
});

test('a run has its time and its peak memory', async () => {
  const { seconds, cpuSeconds, peakBytes, answers } = await run('heapray');
  assert.ok(seconds > 0.01 && seconds < 60, `${seconds} s`);
  assert.ok(cpuSeconds > 0.01, `${cpuSeconds} s of CPU`);
  assert.ok(peakBytes > 20e6 && peakBytes < 1e9, `${peakBytes} bytes`);
  assert.ok(answers.nodes > 10_000);
});

test('time and memory of a report are given as shares of those of parsing', async () => {
  const report = await measureReport({ name: 'small', file: snapshot }, { node: process.execPath, runs: 3, timeoutSeconds: 120 });
  assert.equal(report.error, undefined);
  assert.ok(report.parseSeconds > 0 && report.seconds > 0 && report.timeRatio > 0);
  assert.ok(report.memoryRatio >= 1, `${report.memoryRatio}`);
  assert.match(reportTable([report]), /^small: parse [\d.]+ s, report [\d.]+ s: [\d.]+ of the time, [\d.]+ of the peak memory$/);
  assert.match(reportTable([{ name: 'bad', error: 'why' }]), /^bad: report fails: why$/);
});

test('a failing tool is a result with the reason', async () => {
  const file = path.join(folder, 'not.heapsnapshot');
  await writeFile(file, 'this is no snapshot');
  const { error, answers } = await run('heapray', { file });
  assert.match(error, /expected/);
  assert.equal(answers, undefined);
});

test('a tool that takes too long is stopped', async () => {
  const { error } = await run('devtools', { timeoutSeconds: 0.05 });
  assert.match(error, /stopped after 0.05 s/);
});

test('equal seeds make equal heaps, different seeds different ones', async () => {
  const [again, other] = [path.join(folder, 'again.heapsnapshot'), path.join(folder, 'other.heapsnapshot')];
  await generate({ file: again, size: 'small', node: process.execPath });
  await generate({ file: other, size: 'small', node: process.execPath, seed: 2 });
  const identifiers = await Promise.all([snapshot, again, other].map(countIdentifiers));
  assert.ok(identifiers[0] > 1000);
  assert.equal(identifiers[1], identifiers[0]);
  assert.notEqual(identifiers[2], identifiers[0]);
});

async function countIdentifiers(file) {
  const heap = await parse(file);
  try {
    const { classes } = await heap.classes({ name: 'Identifier' });
    return classes[0].count;
  } finally {
    heap.close();
  }
}

test('a difference is reported with both answers, and a missing answer is none', () => {
  const reference = { nodes: 1000, edges: 5, topClasses: [{ name: 'A', count: 2 }] };
  assert.deepEqual(differences({ nodes: 1001, topClasses: [{ name: 'A', count: 2 }] }, reference), ['nodes: 1,001, not 1,000']);
  assert.deepEqual(differences({ topClasses: [{ name: 'B', count: 2 }] }, reference), ['topClasses: B 2, not A 2']);
});

test('the middle of an even number of runs is the mean of two', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([8, 1, 2, 4]), 3);
});

const measurement = {
  snapshot: { name: 'medium', bytes: 40e6, nodes: 1000, edges: 5000 },
  machine: { cpu: 'Processor', cpus: 2, node: '24.0.0' },
  date: '2026-01-31',
  runs: 3,
  tools: [
    { name: 'heapray', title: 'heapray', version: '1.2.3', seconds: 0.25, peakBytes: 50e6, differences: [] },
    { name: 'slow', title: 'Slow', version: '4', seconds: 5, peakBytes: 400e6, differences: ['retainedSizes: 1, not 2'] },
    { name: 'broken', title: 'Broken', version: '5', error: 'RangeError: Invalid string length' },
  ],
};

test('rows compare with heapray, and failures have the reason in place of numbers', () => {
  assert.deepEqual(rows(measurement), [
    ['medium, 40 MB', 'heapray 1.2.3', '0.250 s', '50 MB', '1.25', '1.0×', '1.0×'],
    ['', 'Slow 4', '5.00 s', '400 MB', '10.00', '20×', '8.0×'],
    ['', 'Broken 5', 'fails: RangeError: Invalid string length', '', '', '', ''],
  ]);
});

test('the table is written between the markers and nothing else changes', async () => {
  const file = path.join(folder, 'README.md');
  await writeFile(file, 'before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n');
  const table = markdownTable([measurement]);
  await writeBetweenMarkers(file, table);
  assert.equal(await readFile(file, 'utf8'), `before\n<!-- bench:start -->\n${table}\n<!-- bench:end -->\nafter\n`);
  assert.match(table, /medians of 3 interleaved runs.* Slow answers otherwise \(retained sizes\)/);
  await writeFile(file, 'no markers');
  await assert.rejects(writeBetweenMarkers(file, table), /lacks the markers/);
});
