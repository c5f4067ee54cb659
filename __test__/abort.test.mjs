// Stopping: with the signal's reason, within 100 ms, leaving nothing behind.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import test, { before } from 'node:test';
import { diff, filter, parse, report } from '../index.js';
import { madeSnapshotFile } from './support/fixtures.mjs';
import { bigSnapshot, tinySnapshot } from './support/snapshots.mjs';

const LIMIT_MS = 100;
let file;

before(async () => {
  file = await madeSnapshotFile(60);
});

/** Aborts `start(signal)` after `ms`; gives how long the rejection took. */
async function abortAfter(ms, start) {
  const controller = new AbortController();
  const reason = new Error('enough');
  const promise = start(controller.signal);
  const settled = promise.then(
    () => assert.fail('finished before it could be stopped'),
    (error) => ({ error, at: performance.now() }),
  );
  await delay(ms);
  const from = performance.now();
  controller.abort(reason);
  const { error, at } = await settled;
  assert.equal(error, reason);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  return at - from;
}

test('a signal that is aborted already rejects at once with its reason, and nothing is opened', async () => {
  const reason = { any: 'value' };
  const signal = AbortSignal.abort(reason);
  const touched = { [Symbol.asyncIterator]: () => assert.fail('the source was opened') };
  const rejectsWithReason = (promise) => assert.rejects(promise, (error) => error === reason);
  await rejectsWithReason(parse(touched, { signal }));
  await rejectsWithReason(filter(touched, {}, { signal }));
  await rejectsWithReason(report(touched, { signal }));
  await rejectsWithReason(diff(touched, touched, { signal }));
});

test('AbortSignal.timeout rejects with its TimeoutError', async () => {
  await assert.rejects(parse(file, { signal: AbortSignal.timeout(5) }), { name: 'TimeoutError' });
});

test('parsing a file stops within 100 ms at any moment, forty times', async (t) => {
  let worst = 0;
  for (let i = 0; i < 40; i += 1) {
    worst = Math.max(worst, await abortAfter(i * 3, (signal) => parse(file, { signal })));
  }
  assert.ok(worst < LIMIT_MS, `${worst} ms`);
  t.diagnostic(`worst: ${worst.toFixed(1)} ms`);
});

test('a job that waits for its turn stops within 100 ms, and those behind it still get theirs', async () => {
  const first = parse(file);
  const last = parse([tinySnapshot()]);
  const took = await abortAfter(5, (signal) => parse(file, { signal }));
  assert.ok(took < LIMIT_MS, `${took} ms`);
  (await first).close();
  (await last).close();
});

test('a source that never yields stops within 100 ms and is told to end', async () => {
  const stream = new Readable({ read() {} });
  stream.push(tinySnapshot().slice(0, 50));
  assert.ok((await abortAfter(20, (signal) => parse(stream, { signal }))) < LIMIT_MS);
  assert.ok(stream.destroyed);

  let cancelled;
  const web = new ReadableStream({ cancel: (reason) => (cancelled = reason) });
  await abortAfter(20, (signal) => parse(web, { signal }));
  assert.equal(cancelled.message, 'enough');

  let returned = false;
  const iterable = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => (returned = true),
    }),
  };
  await abortAfter(20, (signal) => parse(iterable, { signal }));
  assert.ok(returned);
});

/** What is resident after `times` jobs were stopped, beyond what `warm` of them left. */
async function growthOf(times, warm, stopOne) {
  const resident = async () => {
    await delay(100);
    return process.memoryUsage.rss();
  };
  for (let i = 0; i < warm; i += 1) await stopOne();
  const base = await resident();
  for (let i = 0; i < times; i += 1) await stopOne();
  return (await resident()) - base;
}

test('memory of stopped jobs is given back', async () => {
  const growth = await growthOf(20, 5, () => abortAfter(50, (signal) => parse(file, { signal })));
  // One leaked parser of this file holds some 30 MB; twenty, 600.
  assert.ok(growth < 100e6, `${growth} bytes`);
});

test('memory of a job whose source hangs is given back, though its work never ends', async () => {
  const whole = Buffer.from([...bigSnapshot(300_000)].join(''));
  const stopHanging = async () => {
    const controller = new AbortController();
    const source = (async function* () {
      yield whole;
      controller.abort();
      await new Promise(() => {});
    })();
    await assert.rejects(parse(source, { signal: controller.signal }), { name: 'AbortError' });
  };
  const growth = await growthOf(30, 5, stopHanging);
  // Each has parsed all of it, to some 10 MB of columns.
  assert.ok(growth < 100e6, `${growth} bytes`);
});

test('one signal for many jobs stops all of them and no other', async () => {
  const controller = new AbortController();
  const jobs = Array.from({ length: 12 }, () => parse(file, { signal: controller.signal }));
  const other = parse([tinySnapshot()]);
  await delay(20);
  controller.abort();
  const outcomes = await Promise.allSettled(jobs);
  assert.ok(outcomes.every(({ reason }) => reason?.name === 'AbortError'));
  (await other).close();
});

test('a finished job leaves no listener on its signal and does not mind a late abort', async () => {
  const controller = new AbortController();
  const snapshot = await parse([tinySnapshot()], { signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assert.equal((await snapshot.node(3)).name, 'Config');
  snapshot.close();
});

test('progress names its phases in order, counts up, comes at most every 50 ms and ends with the job', async () => {
  const seen = [];
  let settled = false;
  const snapshot = await parse(file, {
    onProgress: (progress) => {
      assert.equal(settled, false);
      seen.push({ ...progress, at: performance.now() });
    },
  });
  settled = true;
  snapshot.close();
  await delay(120);
  assert.ok(seen.length > 0);
  const order = ['wait', 'parse', 'graph', 'dominators', 'retained', 'classes', 'query'];
  for (const [i, { phase, done, total }] of seen.entries()) {
    assert.ok(order.includes(phase), phase);
    assert.ok(total === 0 || done <= total, `${phase}: ${done} of ${total}`);
    const before = seen[i - 1];
    if (before?.phase === phase) assert.ok(before.done <= done, `${phase} went back`);
    if (before) assert.ok(order.indexOf(before.phase) <= order.indexOf(phase), `${before.phase}, then ${phase}`);
  }
  const spans = seen.slice(1).map(({ at }, i) => at - seen[i].at);
  const mean = spans.reduce((sum, span) => sum + span, 0) / spans.length;
  assert.ok(spans.length === 0 || mean > 45, `every ${mean} ms`);
});

test('what onProgress throws stops the job and is its rejection', async () => {
  const failure = new Error('no more room in the log');
  const onProgress = () => {
    throw failure;
  };
  await assert.rejects(parse(file, { onProgress }), (error) => error === failure);
});

test('close ends the calls that run with ERR_CLOSED, and later ones at once', async () => {
  const snapshot = await parse(file);
  const calls = [snapshot.columns(['retainedSize', 'selfSize', 'id']), snapshot.classes(), report(snapshot), diff(snapshot, snapshot)];
  snapshot.close();
  snapshot.close();
  for (const { reason } of await Promise.allSettled(calls)) assert.equal(reason?.code, 'ERR_CLOSED');
  await assert.rejects(snapshot.node(1), { code: 'ERR_CLOSED' });
  await assert.rejects(filter(snapshot), { code: 'ERR_CLOSED' });
  assert.equal(snapshot.closed, true);
  assert.equal(snapshot.nativeBytes, 0);
});

test('closing the second snapshot ends a diff too', async () => {
  const [before, after] = [await parse([tinySnapshot()]), await parse(file)];
  const running = diff(before, after);
  after.close();
  await assert.rejects(running, { code: 'ERR_CLOSED' });
  before.close();
});

test('process.exit does not wait for a job', () => {
  const script = `
    require(${JSON.stringify(new URL('../index.js', import.meta.url).pathname)}).parse(${JSON.stringify(file)});
    setTimeout(() => { process.send?.(0); const at = Date.now(); process.on('exit', () => console.log(at)); process.exit(7); }, 100);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const took = Date.now() - Number(stdout);
  assert.equal(status, 7, stderr);
  assert.ok(took < 1000, `${took} ms`);
});
