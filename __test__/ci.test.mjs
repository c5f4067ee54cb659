// Known leaks, and the formats for CI systems, with a program that leaks.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { report } from '../index.js';
import { buildProgram, takeSnapshots } from './support/ci/program.mjs';

const require = createRequire(import.meta.url);
const { compareWithBaseline } = require('../lib/baseline/compare.js');
const program = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

let folder;
let slow;
let fast;
let two;

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heapray-ci-'));
  buildProgram(folder);
  slow = takeSnapshots(folder, 'slow', { count: 200 });
  fast = takeSnapshots(folder, 'fast', { count: 600 });
  two = takeSnapshots(folder, 'two', { count: 200, withJobs: true });
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
function heapray(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

const inFolder = (name) => path.join(folder, name);
const read = (name) => JSON.parse(readFileSync(inFolder(name), 'utf8'));
const write = (name, content) => writeFileSync(inFolder(name), typeof content === 'string' ? content : JSON.stringify(content));

describe('a baseline', () => {
  before(async () => {
    const { code, stderr } = await heapray('report', ...slow, '--write-baseline=leaks.json');
    assert.deepEqual([code, stderr], [0, 'heapray: baseline written to leaks.json: 1 known leak, 1 of them new\n']);
  });

  test('has the fingerprint and the speed of each suspect', () => {
    const { kind, schemaVersion, leaks } = read('leaks.json');
    assert.deepEqual([kind, schemaVersion], ['heapray-baseline', 1]);
    const [{ fingerprint, bytesPerInterval, ...rest }] = leaks;
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
    assert.ok(bytesPerInterval > 200 * 500, `${bytesPerInterval}`);
    assert.deepEqual(rest, { className: 'Session', holder: 'sessions', countPerInterval: 200, reason: '', owner: '', expires: null });
  });

  test('lets a known leak pass', async () => {
    const { code, stdout, stderr } = await heapray('report', ...slow, '--baseline', 'leaks.json');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Baseline: 1 known$/m);
  });

  test('fails for a new leak', async () => {
    const { code, stderr, stdout } = await heapray('report', ...two, '--baseline', 'leaks.json', '--format', 'json');
    assert.equal(code, 1);
    assert.match(stderr, /^heapray: new leak: Job held by jobs \[[0-9a-f]{16}\]\n$/);
    const { leaks, failed, missing } = JSON.parse(stdout).baseline;
    assert.deepEqual(leaks.map(({ className, status }) => [className, status]), [['Job', 'new'], ['Session', 'known']]);
    assert.deepEqual([failed, missing], [true, []]);
  });

  test('fails for a leak that grows faster than by the tolerance', async () => {
    const { code, stderr } = await heapray('report', ...fast, '--baseline', 'leaks.json');
    assert.equal(code, 1);
    assert.match(stderr, /known leak that grows faster: Session held by sessions \[[0-9a-f]{16}\]: \d+ kB each interval, was \d+ kB \(\+\d{3}\.\d%\)/);
    assert.equal((await heapray('report', ...fast, '--baseline', 'leaks.json', '--baseline-tolerance', '400')).code, 0);
  });

  test('says which entries did not occur', async () => {
    assert.equal((await heapray('report', ...two, '--write-baseline', 'two.json')).code, 0);
    const { code, stdout, stderr } = await heapray('report', ...slow, '--baseline', 'two.json');
    assert.equal(code, 0);
    assert.match(stderr, /^heapray: known leak did not occur, remove it from the baseline if it is fixed: Job held by jobs \[/);
    assert.match(stdout, /Not found {2}1 known leak did not occur/);
  });

  test('that is written again keeps what people wrote, unknown fields and other entries', async () => {
    const [session] = read('leaks.json').leaks;
    const mine = { ...session, reason: 'moves to Redis', owner: 'web team', expires: '2999-12-31', ticket: 42, bytesPerInterval: 1 };
    const other = { fingerprint: '0123456789abcdef', reason: 'only on Windows' };
    write('kept.json', { kind: 'heapray-baseline', schemaVersion: 1, about: 'our leaks', leaks: [mine, other] });
    const { code, stdout } = await heapray('report', ...two, '--baseline', 'kept.json', '--write-baseline');
    assert.equal(code, 0);
    assert.match(stdout, /known: moves to Redis \(web team, until 2999-12-31\)/);
    const { about, leaks } = read('kept.json');
    assert.equal(about, 'our leaks');
    assert.deepEqual({ ...leaks[0], bytesPerInterval: 1 }, mine);
    assert.ok(leaks[0].bytesPerInterval > 1);
    assert.deepEqual(leaks[1], other);
    assert.deepEqual([leaks.length, leaks[2].className], [3, 'Job']);
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.tmp')), []);
  });

  test('may be compared with while another file is written', async () => {
    const { code } = await heapray('report', ...two, '--baseline', 'leaks.json', '--write-baseline=next.json');
    assert.equal(code, 1);
    assert.deepEqual(read('next.json').leaks.map(({ className }) => className), ['Session', 'Job']);
    assert.equal(read('leaks.json').leaks.length, 1);
  });

  test('may be a saved report', async () => {
    assert.equal((await heapray('report', ...slow, '--format', 'json', '-o', 'main.json')).code, 0);
    const { code, stderr } = await heapray('report', ...two, '--baseline', 'main.json');
    assert.equal(code, 1);
    assert.match(stderr, /^heapray: new leak: Job held by jobs/);
  });

  test('is an option of report()', async () => {
    const { baseline } = await report(two.map(inFolder), { baseline: inFolder('leaks.json') });
    assert.deepEqual(baseline.leaks.map(({ status }) => status), ['new', 'known']);
    assert.equal('baseline' in (await report(inFolder(slow[0]))), false);
    await assert.rejects(report(inFolder(slow[0]), { baseline: inFolder('none.json') }), { code: 'ERR_IO' });
    write('damaged.json', '{');
    await assert.rejects(report(inFolder(slow[0]), { baseline: inFolder('damaged.json') }), { code: 'ERR_BASELINE' });
  });

  const known = { fingerprint: '0123456789abcdef' };
  const baseline = (entry) => JSON.stringify({ kind: 'heapray-baseline', schemaVersion: 1, leaks: [entry] });
  const DAMAGED = [
    ['', /the file is empty/],
    ['{"kind"', /not valid JSON/],
    ['[]', /expected an object with "kind": "heapray-baseline"/],
    ['{"kind":"heapray-baseline","schemaVersion":2,"leaks":[]}', /expected "schemaVersion": 1, found 2/],
    ['{"kind":"heapray-baseline","schemaVersion":1}', /expected an array "leaks"/],
    [baseline({ reason: 'why' }), /leaks\[0\]\.fingerprint must be 16 hexadecimal digits, found nothing/],
    [baseline({ ...known, expires: '2027-02-30' }), /leaks\[0\]\.expires must be a date such as 2027-01-31, found "2027-02-30"/],
    [baseline({ ...known, bytesPerInterval: 'many' }), /leaks\[0\]\.bytesPerInterval must be a number/],
  ];
  for (const [content, expected] of DAMAGED) {
    test(`is refused before the work: ${expected.source}`, async () => {
      write('damaged.json', content);
      const { code, stdout, stderr } = await heapray('report', 'no-such-file.heapsnapshot', '--baseline', 'damaged.json', '--write-baseline');
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^heapray: damaged\.json: this is no baseline: /);
      assert.match(stderr, expected);
      assert.equal(readFileSync(inFolder('damaged.json'), 'utf8'), content);
    });
  }

  test('needs a file', async () => {
    assert.equal((await heapray('report', slow[0], '--write-baseline')).code, 2);
    assert.equal((await heapray('report', slow[0], '--baseline-tolerance', '5')).code, 2);
    assert.equal((await heapray('report', slow[0], '--baseline', 'none.json')).code, 3);
  });
});

describe('a known leak', () => {
  const fingerprint = '0123456789abcdef';
  const suspect = (more) => ({ fingerprint, className: 'A', holder: { path: 'a' }, bytes: 10, addedBytes: [100, 140], addedCount: [1, 1], ...more });
  const statusOf = (entry, { now, ...more } = {}) =>
    compareWithBaseline({ suspects: [suspect(more)], inconclusive: [] }, { leaks: [{ fingerprint, ...entry }] }, { now: new Date(now ?? '2027-01-31T23:59:59Z') }).leaks[0].status;

  test('expires at the end of its day, or at its time', () => {
    assert.equal(statusOf({ expires: '2027-01-31' }), 'known');
    assert.equal(statusOf({ expires: '2027-01-31' }, { now: '2027-02-01T00:00:00Z' }), 'expired');
    assert.equal(statusOf({ expires: '2027-01-31T12:00:00Z' }), 'expired');
    assert.equal(statusOf({ expires: null }), 'known');
  });

  test('is compared by bytes of an interval, else by objects, else not', () => {
    assert.equal(statusOf({ bytesPerInterval: 100 }), 'known');
    assert.equal(statusOf({ bytesPerInterval: 99 }), 'faster');
    assert.equal(statusOf({ bytesPerInterval: 1, countPerInterval: 1 }, { addedBytes: null }), 'known');
    assert.equal(statusOf({ bytesPerInterval: 1, countPerInterval: 1 }, { addedBytes: null, addedCount: [2, 2] }), 'faster');
    assert.equal(statusOf({ bytesPerInterval: 1 }, { addedBytes: [], addedCount: [] }), 'known');
  });

  test('that may leak is not missing', () => {
    const { missing } = compareWithBaseline({ suspects: [], inconclusive: [suspect()] }, { leaks: [{ fingerprint }] });
    assert.deepEqual(missing, []);
  });
});
