// heapray trend: growth over many snapshots or saved reports.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { report } from '../index.js';
import { buildProgram, takeSnapshots } from './support/ci/program.mjs';
import { launch, skipWithoutBrowser } from './support/browser.mjs';

const program = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

let folder;
let leaking;
let reports;
const inFolder = (...names) => path.join(folder, ...names);

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-trend-'));
  buildProgram(folder);
  leaking = takeSnapshots(folder, 'two', { count: 200, withJobs: true });
  const both = await report(leaking.map((file) => inFolder(file)));
  const sessions = { ...both, suspects: both.suspects.filter(({ className }) => className === 'Session') };
  reports = { both, sessions, none: { ...both, suspects: [] } };
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
function heapray(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

async function trend(...args) {
  const { code, stdout, stderr } = await heapray('trend', ...args, '--format', 'json');
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout);
}

function save(name, content) {
  mkdirSync(path.dirname(inFolder(name)), { recursive: true });
  writeFileSync(inFolder(name), JSON.stringify(content));
}

describe('snapshots of one process', () => {
  let json;
  before(async () => {
    json = await trend(...leaking);
  });

  test('have the size of the heap in each', async () => {
    const sizes = await Promise.all(leaking.map(async (file) => (await report(inFolder(file))).totals.size));
    assert.deepEqual(json.points.map(({ size }) => size), sizes);
    assert.deepEqual(json.pods, [{ name: '', points: [0, 1, 2], first: sizes[0], last: sizes[2], growth: sizes[2] - sizes[0] }]);
  });

  test('have suspects, with what was there of them in each', () => {
    const byName = Object.fromEntries(json.suspects.map((row) => [row.className, row]));
    for (const suspect of reports.both.suspects) {
      const { fingerprint, bytes, counts, growth } = byName[suspect.className];
      assert.equal(fingerprint, suspect.fingerprint);
      assert.deepEqual(counts, [250, 450, 650]);
      assert.equal(bytes[2], suspect.bytes);
      assert.equal(growth, suspect.addedBytes[0] + suspect.addedBytes[1]);
    }
    assert.deepEqual(Object.keys(byName).sort(), ['Job', 'Session']);
  });

  test('have the growth of classes and owners', () => {
    const session = json.classes.find(({ name }) => name === 'Session');
    assert.ok(session.growth > 0 && session.growth === session.retained[2] - session.retained[0]);
    assert.equal(json.owners[0].name, null);
    assert.ok(json.owners[0].growth >= json.suspects[0].growth);
  });

  test('are shown with sparklines', async () => {
    const { stdout } = await heapray('trend', '.', '--limit', '2');
    assert.match(stdout, /^3 snapshots: the heap grew by \d+ kB, from [\d.]+ MB to [\d.]+ MB$/m);
    assert.match(stdout, /^Heap {2}▁[▄▅]█$/m);
    assert.match(stdout, /^ +trend +▁[▄▅]█ \+\d+ kB$/m);
  });
});

describe('reports of many pods', () => {
  before(() => {
    for (let i = 1; i <= 20; i += 1) save(`pods/pod-${i}.json`, { ...reports[i <= 6 ? 'both' : i <= 14 ? 'sessions' : 'none'] });
    save('pods/other.json', { kind: 'else' });
    writeFileSync(inFolder('pods/notes.txt'), 'none');
  });

  test('are merged by fingerprint', async () => {
    const { points, suspects } = await trend('pods');
    assert.deepEqual(points.slice(0, 2).map(({ name }) => name), ['pod-1.json', 'pod-2.json']);
    assert.deepEqual(suspects.map(({ className, pods, of }) => [className, pods, of]), [['Session', 14, 20], ['Job', 6, 20]]);
    assert.equal(suspects[0].bytes.filter((bytes) => bytes === null).length, 6);
  });

  test('are told as such', async () => {
    assert.match((await heapray('trend', 'pods')).stdout, /in 14 of 20 pods .* Session/);
    assert.match((await heapray('trend', 'pods', '--format', 'markdown')).stdout, /in 14 of 20 pods/);
  });

  test('belong together by folder, and by the process that heapray/auto names', async () => {
    save('mixed/a/1.json', reports.none);
    save('mixed/a/2.json', reports.sessions);
    save('mixed/heapray-7-2026-01-01T00-00-00-000Z.report.json', reports.sessions);
    save('mixed/heapray-7-2026-01-02T00-00-00-000Z.report.json', reports.both);
    const { pods, suspects } = await trend('mixed');
    assert.deepEqual(pods.map(({ name, points }) => [name, points.length]).sort(), [['a', 2], ['heapray-7', 2]]);
    assert.deepEqual(suspects.map(({ className, pods: found, of }) => [className, found, of]), [['Session', 2, 2], ['Job', 1, 2]]);
  });

  test('have their own pod for each folder that is given', async () => {
    save('pair/a/1.json', reports.none);
    save('pair/a/2.json', reports.sessions);
    save('pair/b/1.json', reports.both);
    for (const given of [['pair/a', 'pair/b'], ['pair/a/1.json', 'pair/a/2.json', path.resolve(inFolder('pair/b/1.json'))], ['pair']]) {
      const { points, pods } = await trend(...given);
      assert.deepEqual(points.map(({ name }) => name), ['a/1.json', 'a/2.json', 'b/1.json']);
      assert.deepEqual(pods.map(({ name, points: own }) => [name, own]), [['a', [0, 1]], ['b', [2]]]);
    }
  });

  test('may be one page without scripts, in which names are no markup', { skip: skipWithoutBrowser }, async () => {
    const [suspect] = reports.both.suspects;
    save('html/1.json', { ...reports.both, suspects: [{ ...suspect, className: '<img src=x onerror=alert(1)>' }] });
    cpSync(inFolder('pods'), inFolder('html'), { recursive: true });
    assert.equal((await heapray('trend', 'html', '--format', 'html', '-o', 'trend.html')).code, 0);
    assert.doesNotMatch(readFileSync(inFolder('trend.html'), 'utf8'), /<script|<img|https?:/);
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const problems = [];
      page.on('console', (message) => problems.push(message.text()));
      page.on('request', (request) => !request.url().startsWith('file:') && problems.push(request.url()));
      await page.goto(`file://${inFolder('trend.html')}`);
      assert.deepEqual(await page.$$eval('svg', (charts) => charts.map((chart) => chart.getAttribute('aria-label'))), ['Heap over time', 'Suspects over time', 'Classes over time', 'Owners over time']);
      assert.match(await page.textContent('body'), /<img src=x.*in 14 of 21 pods|in 14 of 21 pods.*<img src=x/s);
      assert.ok((await page.$$('svg circle')).length > 20);
      assert.deepEqual(problems, []);
    } finally {
      await browser.close();
    }
  });
});

test('what is no snapshot and no report is refused', async () => {
  save('other.json', { kind: 'else' });
  mkdirSync(inFolder('empty'));
  const outcomes = await Promise.all(['other.json', 'none.json', 'empty'].map((name) => heapray('trend', name)));
  assert.deepEqual(outcomes.map(({ code }) => code), [3, 3, 2]);
  assert.match(outcomes[0].stderr, /^heapray: other\.json: this is no report that was saved with --format json/);
});
