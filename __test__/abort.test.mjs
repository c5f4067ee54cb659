// Aborting: jobs reject with the signal's reason, within 100 ms, and leave nothing behind.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import test, { before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { diff, filter, parse, report } from '../index.js';
import { madeSnapshotFile } from './support/fixtures.mjs';
import { bigSnapshot, tinySnapshot } from './support/snapshots.mjs';
import { comesTrue, quietest, withoutEnd } from './support/waiting.mjs';

const LIMIT_MS = 100;
const tiny = Buffer.from(tinySnapshot());
let file;

before(async () => {
  file = await madeSnapshotFile(60);
});

/** Aborts `start(signal)` after `ms`. Returns how long the rejection took, or 0 if it had ended before. */
async function abortAfter(ms, start) {
  const controller = new AbortController();
  const reason = new Error('enough');
  const settled = start(controller.signal).then(
    (result) => ({ result }),
    (error) => ({ error, at: performance.now() }),
  );
  await delay(ms);
  const from = performance.now();
  controller.abort(reason);
  const { result, error, at } = await settled;
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  if (result !== undefined) {
    result.close();
    return 0;
  }
  assert.equal(error, reason);
  return at - from;
}

/** How long `work` takes, in milliseconds. */
async function timeOf(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const parseAndClose = async (source, options) => (await parse(source, options)).close();

test('an aborted signal rejects at once with its reason, and nothing is opened', async () => {
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
  const parsing = assert.rejects(parse(withoutEnd(tiny), { signal: AbortSignal.timeout(5) }), { name: 'TimeoutError' });
  // Neither such a signal nor the source keeps the process alive.
  await Promise.all([parsing, delay(100)]);
});

test('parsing a file stops within 100 ms at any moment, forty times, and the next job starts', async (t) => {
  const step = Math.min(3, (await timeOf(() => parseAndClose(file))) / 40);
  let [stopped, tries, worst, worstBegin] = [0, 0, 0, 0];
  // On a busy machine some moments come after the end.
  for (; stopped < 40; tries += 1) {
    assert.ok(tries < 400, `only ${stopped} of ${tries} could be stopped`);
    const moment = (tries % 40) * step;
    const least = await quietest(LIMIT_MS, () => abortAfter(moment, (signal) => parse(file, { signal })));
    if (least === 0) continue;
    stopped += 1;
    worst = Math.max(worst, least);
    // It starts when the work of the aborted promise has ended.
    worstBegin = Math.max(worstBegin, await timeOf(() => parseAndClose(tiny)));
  }
  assert.ok(worst < LIMIT_MS, `${worst} ms`);
  t.diagnostic(`worst: ${worst.toFixed(1)} ms, and ${worstBegin.toFixed(1)} ms to the end of the next job`);
});

test('a waiting job stops within 100 ms, and later ones still run', async () => {
  const took = await quietest(LIMIT_MS, async () => {
    const [first, stopped, last] = [parse(file), abortAfter(0, (signal) => parse(file, { signal })), parse([tiny])];
    for (const snapshot of await Promise.all([first, last])) snapshot.close();
    return stopped;
  });
  assert.ok(took < LIMIT_MS, `${took} ms`);
});

test('a source that never yields is stopped and closed', async () => {
  const stream = new Readable({ read() {} });
  stream.push(tinySnapshot().slice(0, 50));
  assert.ok((await abortAfter(20, (signal) => parse(stream, { signal }))) > 0);
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

/** Whether memory after `times` aborted jobs is less than `limit` bytes above that after `warm` of them. */
async function staysBelow(limit, times, warm, stopOne) {
  for (let i = 0; i < warm; i += 1) await stopOne();
  await delay(100);
  const base = process.memoryUsage.rss();
  for (let i = 0; i < times; i += 1) await stopOne();
  // The work of an aborted promise ends a little later.
  return comesTrue(() => process.memoryUsage.rss() - base < limit, 10);
}

test('memory of aborted jobs is freed', async () => {
  const moment = Math.min(50, (await timeOf(() => parseAndClose(file))) / 2);
  const stopOne = () => abortAfter(moment, (signal) => parse(file, { signal }));
  // A leaked parser of this file has about 30 MB; twenty have 600.
  assert.ok(await staysBelow(100e6, 20, 5, stopOne), `${process.memoryUsage.rss()} bytes`);
});

test('memory of a job whose source hangs is freed, although its work never ends', async () => {
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
  // Each has parsed all of it, into about 10 MB of columns.
  assert.ok(await staysBelow(100e6, 30, 5, stopHanging), `${process.memoryUsage.rss()} bytes`);
});

test('one signal for many jobs stops all of them and no other', async () => {
  const controller = new AbortController();
  const jobs = Array.from({ length: 10 }, () => parse(withoutEnd(tiny), { signal: controller.signal }));
  const other = parse([tiny]);
  await delay(20);
  controller.abort();
  const outcomes = await Promise.allSettled(jobs);
  assert.ok(outcomes.every(({ reason }) => reason?.name === 'AbortError'));
  (await other).close();
});

test('a finished job leaves no listener on its signal and ignores a late abort', async () => {
  const controller = new AbortController();
  const snapshot = await parse([tinySnapshot()], { signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assert.equal((await snapshot.node(3)).name, 'Config');
  snapshot.close();
});

test('progress has its phases in order, counts up, is reported at most every 50 ms and ends with the job', async () => {
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

test('an error thrown by onProgress stops the job and rejects its promise', async () => {
  const failure = new Error('no more room in the log');
  const onProgress = () => {
    throw failure;
  };
  // For a long job, and for one that ends before any progress is reported.
  await assert.rejects(parse(file, { onProgress }), (error) => error === failure);
  await assert.rejects(parse([tiny], { onProgress }), (error) => error === failure);
});

test('close rejects running calls with ERR_CLOSED, and later ones at once', async () => {
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

test('closing the second snapshot rejects a diff too', async () => {
  const [before, after] = [await parse([tinySnapshot()]), await parse(file)];
  const running = diff(before, after);
  after.close();
  await assert.rejects(running, { code: 'ERR_CLOSED' });
  before.close();
});

test('process.exit does not wait for a job', async (t) => {
  const whole = await timeOf(() => parseAndClose(file));
  const script = `
    const { parse } = require(${JSON.stringify(fileURLToPath(new URL('../index.js', import.meta.url)))});
    const exit = () => { process.on('exit', () => console.log(Date.now())); process.exit(7); };
    if (process.argv[1]) parse(process.argv[1], { onProgress() {} }).then(() => console.log('ended'));
    setTimeout(exit, ${whole / 4});`;
  /** The time from the call of process.exit to the end of the process; 0 if the job had ended before. */
  const timeToExit = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, ...args], { encoding: 'utf8' });
    assert.equal(status, 7, stderr);
    return stdout.startsWith('ended') ? 0 : Date.now() - Number(stdout);
  };
  const idle = timeToExit();
  const limit = idle + whole / 2;
  const took = await quietest(limit, () => timeToExit(file));
  t.diagnostic(`${took} ms of ${whole.toFixed(0)}; without a job ${idle} ms`);
  assert.ok(took < limit, `${took} ms, and ${idle} without a job`);
});
