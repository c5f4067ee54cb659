// watch(): reports a leaking service and never a quiet one, without disturbing it.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, watch } from '../index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { temporaryFolder } from './support/fixtures.mjs';

const index = fileURLToPath(new URL('../index.js', import.meta.url));
const require = createRequire(import.meta.url);
const { Growth } = require('../lib/capture/growth.js');
const { HeapRoom } = require('../lib/capture/heap-room.js');
const { Plan } = require('../lib/capture/plan.js');
const { briefJson } = require('../lib/format/budget.js');
const { tightestCgroup } = require('../lib/capture/cgroups.js');

const QUICK = { intervalMs: 30, windowSamples: 3, windows: 2, minGrowthBytes: 2e5, minIntervalMs: 200, force: true };

/** Runs a program that has `watch` and `options`. Returns its output, parsed as JSON. */
async function run(code, options = {}) {
  const program = `const { watch } = require(${JSON.stringify(index)}); const options = ${JSON.stringify({ ...QUICK, ...options })};
    class Session { constructor(i) { this.number = i; this.name = 'session ' + i; } }
    ${code}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { timeout: 120_000 });
  return stdout === '' ? null : JSON.parse(stdout);
}

const LEAKING = `const sessions = []; const leaking = setInterval(() => { for (let i = 0; i < 2000; i += 1) sessions.push(new Session(i)); }, 10);
  const events = []; const done = () => { clearInterval(leaking); watcher.stop(); console.log(JSON.stringify(events)); };`;

for (const place of ['memory', 'a folder']) {
  test(`a leak is named after three snapshots kept in ${place}; a fourth replaces the first`, async () => {
    const dir = place === 'memory' ? undefined : path.join(temporaryFolder(), 'kept');
    const events = await run(
      `${LEAKING}
       const watcher = watch({ ...options, onReport: ({ report, json, fingerprint, trigger, compared, files }) => {
         events.push({ verdict: report.verdict, name: report.suspects[0]?.className, bytes: Buffer.byteLength(json), parsed: JSON.parse(json).kind, fingerprint, trigger, compared, files });
         if (events.length === 4) done();
       } });
       setInterval(() => {}, 1000).unref();`,
      { dir, maxBytes: 4000 },
    );
    assert.deepEqual(events.map(({ compared }) => compared), [1, 2, 3, 3]);
    assert.equal(events[3].name, 'Session');
    assert.equal(events[3].fingerprint, events[2].fingerprint);
    assert.match(events[3].fingerprint, /^[0-9a-f]{16}$/);
    for (const { bytes, parsed, trigger } of events) {
      assert.ok(bytes <= 4000, `${bytes}`);
      assert.equal(parsed, 'report');
      assert.match(trigger.reason, /growth|limit/);
    }
    if (!dir) return;
    assert.deepEqual(readdirSync(dir), events[3].files.map((file) => path.basename(file)));
    const kept = await parse(events[3].files[0]);
    assert.ok(kept.nodeCount > 10_000);
    kept.close();
  });
}

test('a process that only watches ends, and one with level memory is not captured', async () => {
  assert.equal(await run('watch({ ...options, onReport: () => console.log("1") });'), null);
  const events = await run(
    // A hundred megabytes of garbage a second, of which V8 collects some only later.
    `const events = []; const watcher = watch({ ...options, minGrowthBytes: 100e6, onReport: (event) => events.push(event.trigger) });
     let garbage; const busy = setInterval(() => { garbage = Array.from({ length: 5000 }, (_, i) => new Session(i)); }, 5);
     setTimeout(() => { clearInterval(busy); watcher.stop(); console.log(JSON.stringify(events)); }, 2500);`,
  );
  assert.deepEqual(events, []);
});

test('failures go to onError, and errors of onError become warnings: nothing reaches the service', async () => {
  const seen = await run(
    `const seen = []; process.on('uncaughtException', (error) => seen.push('uncaught ' + error.message));
     process.on('unhandledRejection', (error) => seen.push('unhandled ' + error.message));
     process.on('warning', (warning) => seen.push('warning ' + warning.message));
     const watcher = watch({ ...options, onReport() { throw new Error('from onReport'); }, onError(error) { seen.push('onError ' + error.message); throw new Error('from onError'); } });
     watcher.captureNow().then(() => setTimeout(() => { watcher.stop(); console.log(JSON.stringify(seen)); }, 50));`,
  );
  assert.equal(seen[0], 'onError from onReport');
  assert.match(seen[1], /^warning .*from onError/);
  assert.equal(seen.length, 2);
});

test('captures are limited in rate and number, and a requested one joins the running one', async () => {
  const events = await run(
    `${LEAKING}
     const watcher = watch({ ...options, onReport: () => { events.push(performance.now()); if (events.length === 2) setTimeout(done, 1500); } });`,
    { maxCaptures: 2, minIntervalMs: 1000 },
  );
  assert.equal(events.length, 2);
  let reports = 0;
  const watcher = watch({ intervalMs: 60_000, force: true, onReport: () => (reports += 1) });
  await Promise.all([watcher.captureNow(), watcher.captureNow()]);
  assert.equal(reports, 1);
  watcher.stop();
  await watcher.captureNow();
  assert.equal(reports, 1);
});

test('partial files of killed writers in the folder are removed, and no others', { skip: process.platform === 'win32' && 'nobody can tell there' }, async () => {
  const dir = temporaryFolder();
  const name = (pid) => `heapray-${pid}-2026-01-02T03-04-05-678Z.heapsnapshot.gz`;
  const [stale, young, ...others] = [`.${name(7)}.7-0.partial`, `.${name(8)}.8-3.partial`, `.${name(9)}.9-0.partial2`, '.other.gz.9-0.partial', `.${name(9)}.x-0.partial`];
  for (const each of [stale, young, ...others]) writeFileSync(path.join(dir, each), 'half a heap');
  for (const each of [stale, ...others]) utimesSync(path.join(dir, each), 1, 1);
  const watcher = watch({ dir, intervalMs: 60_000, force: true, onReport() {} });
  await watcher.captureNow();
  watcher.stop();
  assert.deepEqual(readdirSync(dir).filter((each) => each.startsWith('.')).sort(), [young, ...others].sort());
});

test('of other processes in the folder, the files of those that run are kept, and of those that have ended the last', async () => {
  const dir = temporaryFolder();
  const ended = spawnSync(process.execPath, ['-e', '0']).pid;
  const name = (pid, second) => `heapray-${pid}-2026-01-02T03-04-0${second}-678Z.heapsnapshot.gz`;
  for (const second of [1, 2, 3]) for (const pid of [ended, process.ppid]) writeFileSync(path.join(dir, name(pid, second)), '');
  const watcher = watch({ dir, keep: 2, intervalMs: 60_000, force: true, onReport() {} });
  await watcher.captureNow();
  watcher.stop();
  const others = readdirSync(dir).filter((each) => !each.startsWith(`heapray-${process.pid}-`));
  assert.deepEqual(others.sort(), [2, 3].map((second) => name(ended, second)).concat([1, 2, 3].map((second) => name(process.ppid, second))).sort());
});

test('nearing a limit is a reason once, until usage falls again', async () => {
  const events = await run(
    `const events = []; const watcher = watch({ ...options, windows: 50, limitShare: 0.0001, minIntervalMs: 0, onReport: ({ trigger }) => { events.push(trigger); } });
     const looking = setInterval(() => { if (events.length === 0) return; clearInterval(looking); setTimeout(done, 1000); }, 10);
     const done = () => { watcher.stop(); console.log(JSON.stringify(events)); };`,
  );
  assert.equal(events.length, 1);
  assert.equal(events[0].reason, 'limit');
  assert.ok(events[0].limit.limit > 0);
});

test('growth is persistent if the minima of several windows rise, not if garbage comes and goes', () => {
  const options = { windowSamples: 2, windows: 2, minBytes: 10 };
  const sawtooth = new Growth(options);
  for (let i = 0; i < 100; i += 1) assert.equal(sawtooth.add(i % 2 ? 1000 : 100), false);
  const rising = new Growth(options);
  assert.deepEqual([1, 9, 7, 9, 20, 30].map((bytes) => rising.add(bytes)), [false, false, false, false, false, true]);
  rising.restart();
  assert.equal(rising.add(40), false);
});

test('a report is shortened to its budget, verdict and first suspect last', () => {
  const rows = (count) => Array.from({ length: count }, (_, i) => ({ name: `row ${i}`, text: 'x'.repeat(50) }));
  const whole = () => ({ verdict: 'V leaks', suspects: rows(5), classes: rows(10), biggest: rows(10), collections: rows(10), duplicatedStrings: { strings: rows(10) }, detached: { nodes: rows(3) } });
  assert.equal(briefJson(whole(), 1e6), JSON.stringify(whole()));
  for (const budget of [4000, 1000, 400]) {
    const json = briefJson(whole(), budget);
    assert.ok(json.length <= budget, `${json.length}`);
    assert.equal(JSON.parse(json).verdict, 'V leaks');
    assert.equal(JSON.parse(json).suspects[0].name, 'row 0');
  }
});

test('control groups of both versions: the tightest level counts, page cache does not, a container sees its own part', () => {
  const read = (files) => (file) => files[file] ?? assert.fail(file);
  const v2 = {
    '/proc/self/mountinfo': '35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
    '/proc/self/cgroup': '0::/pods/pod1/app\n',
    '/sys/fs/cgroup/pods/pod1/app/memory.max': 'max\n',
    '/sys/fs/cgroup/pods/pod1/app/memory.high': '900\n',
    '/sys/fs/cgroup/pods/pod1/app/memory.current': '500\n',
    '/sys/fs/cgroup/pods/pod1/app/memory.stat': 'anon 300\ninactive_file 100\n',
    '/sys/fs/cgroup/pods/pod1/memory.max': '1000\n',
    '/sys/fs/cgroup/pods/pod1/memory.current': '800\n',
  };
  assert.deepEqual(tightestCgroup(read(v2)), { version: 2, path: '/sys/fs/cgroup/pods/pod1', limit: 1000, current: 800, available: 200 });
  v2['/sys/fs/cgroup/pods/pod1/memory.max'] = 'max';
  assert.deepEqual(tightestCgroup(read(v2)), { version: 2, path: '/sys/fs/cgroup/pods/pod1/app', limit: 900, current: 500, available: 500 });
  const v1 = {
    '/proc/self/mountinfo': '35 24 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    '/proc/self/cgroup': '4:cpuacct,memory:/docker/abc\n0::/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1000\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '700\n',
    '/sys/fs/cgroup/memory/memory.stat': 'total_inactive_file 50\n',
  };
  assert.deepEqual(tightestCgroup(read(v1)), { version: 1, path: '/sys/fs/cgroup/memory', limit: 1000, current: 700, available: 350 });
  v1['/sys/fs/cgroup/memory/memory.limit_in_bytes'] = '9223372036854771712';
  assert.equal(tightestCgroup(read(v1)), null);
});

for (const major of [20, 22, 24, 26]) {
  test(`the limit of V8's heap is the one for old objects, with Node.js ${major}`, () => {
    const program = "const { heapLimit } = require('./lib/capture/heap-limit.js'); console.log(heapLimit() / 2 ** 20)";
    const inWorker = `const limits = { eval: true, resourceLimits: { maxOldGenerationSizeMb: 200 } }; new (require('node:worker_threads').Worker)(${JSON.stringify(program)}, limits)`;
    const answer = (...args) => execFileSync(nodeBinary(major), args, { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) });
    assert.equal(Number(answer('--max-old-space-size=200', '-e', program)), 200);
    assert.equal(Number(answer('--max-old-space-size=200', '--max_semi_space_size=20', '-e', program)), 200);
    assert.equal(Number(answer('--max-old-space-size=60', '-e', program)), 60);
    assert.equal(Number(answer('-e', inWorker)), 200);
  });
}

test('a heap that reaches its limit before a report could be made is captured earlier, once, and garbage is no reason', () => {
  const [MB, limit] = [1e6, 200e6];
  let ms = 0;
  let counts = 0;
  const room = new HeapRoom(() => ms);
  const isShort = (heapMB, liveMB) => room.isShort(heapMB * MB, limit, () => ((counts += 1), liveMB * MB));
  assert.equal(isShort(150, 150), false, 'nothing was captured');
  room.captured({ live: 40 * MB, ms: 600 });
  ms = 2000;
  assert.equal(isShort(80, 80), false, 'at 20 MB a second the limit is 6 s away; a report, at half the speed, takes 4.8');
  assert.equal(counts, 0);
  ms = 3200;
  assert.equal(isShort(104, 41), false, 'garbage');
  ms = 3400;
  assert.equal(isShort(104, 41), false);
  assert.equal(counts, 1, 'not again so soon');
  ms = 64_000;
  assert.equal(isShort(150, 150), false, 'since the last capture the heap has grown slowly');
  room.captured({ live: 60 * MB, ms: 900 });
  ms += 3000;
  assert.equal(isShort(120, 120), false, 'it may have been the start');
  ms += 1500;
  assert.equal(isShort(122, 122), false, 'it was');
  ms += 10_000;
  assert.equal(isShort(150, 150), false);
  room.captured({ live: 60 * MB, ms: 900 });
  ms += 3000;
  assert.equal(isShort(120, 120), false);
  ms += 1500;
  assert.equal(isShort(150, 150), true, 'it goes on');
  ms += 1500;
  assert.equal(isShort(180, 180), false, 'told');
  assert.equal(counts, 4);
  room.captured({ live: 20 * MB, ms: 300 });
  room.reported({ live: 20 * MB, ms: 900 });
  ms += 2000;
  assert.equal(isShort(60, 60), false);
  ms += 2000;
  assert.equal(isShort(90, 90), true, 'the last report took three times as long as the capture');
});

test('V8 counts only if the guess does not fit, and the last moment is earlier the faster the heap grows', () => {
  const plan = new Plan(10);
  assert.ok(plan.isTight(10e6, 1e12), 'nothing is known before the first count');
  assert.equal(plan.counted({ live: 10e6, estimate: 100e6, countMs: 0.01 }, 500e6), 'fits');
  assert.equal(plan.isTight(10e6, 500e6), false);
  plan.captured(10e6);
  assert.equal(plan.counted({ live: 110e6, estimate: 400e6, countMs: 1000 }, 500e6), 'last moment');
  assert.equal(plan.counted({ live: 150e6, estimate: 600e6, countMs: 0.01 }, 500e6), 'too late');
  assert.equal(plan.isTight(160e6, 500e6), false, 'too late is too late');
});

test('watch does not capture right after another capture', async () => {
  const events = await run(
    `const { capture } = require(${JSON.stringify(index)}); const events = [];
     const watcher = watch({ ...options, windows: 50, limitShare: 0.0001, minIntervalMs: 0, onReport: ({ trigger }) => { events.push({ reason: trigger.reason, after: performance.now() - ended }); watcher.stop(); clearInterval(alive); console.log(JSON.stringify(events)); } });
     const alive = setInterval(() => {}, 1000); let ended;
     capture({ force: true }).then((snapshot) => { ended = performance.now(); snapshot.close(); });`,
  );
  assert.equal(events[0].reason, 'limit');
  assert.ok(events[0].after >= 900, `${events[0].after} ms`);
});

test('options are checked at once', () => {
  for (const options of [undefined, {}, { onReport: 1 }, { onReport() {}, keep: 0 }, { onReport() {}, intervalMs: -1 }, { onReport() {}, typo: 1 }]) {
    assert.throws(() => watch(options), { name: 'TypeError', code: 'ERR_INVALID_ARGUMENT' });
  }
});
