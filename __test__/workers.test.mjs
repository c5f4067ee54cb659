// Worker threads start, work, end and are terminated at any moment, without affecting others.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import test, { before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { parse } from '../index.js';
import { madeSnapshotFile } from './support/fixtures.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

const index = fileURLToPath(new URL('../index.js', import.meta.url));
let file;
let smallFile;

before(async () => {
  file = await madeSnapshotFile(20);
  smallFile = await madeSnapshotFile(4);
});

/** A worker that parses repeatedly, and reports the number of nodes each time. */
const PARSING = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { parse } = require(workerData.index);
  const progress = workerData.progress ? { onProgress() {} } : {};
  (async () => {
    parentPort.postMessage('started');
    for (let i = 0; i < workerData.times; i += 1) {
      const snapshot = await parse(workerData.file, progress);
      parentPort.postMessage(snapshot.nodeCount);
      if (i % 2) snapshot.close();
    }
  })();
`;

const startWorker = (data) => new Worker(PARSING, { eval: true, workerData: { index, file, times: 1, ...data } });

test('a worker parses and ends by itself', async () => {
  const worker = startWorker({ times: 2 });
  const messages = [];
  worker.on('message', (message) => messages.push(message));
  const [code] = await once(worker, 'exit');
  assert.equal(code, 0);
  assert.deepEqual(messages, ['started', 360_000, 360_000]);
});

test('thirty workers terminated in the middle of a job leave the process and the job queue intact', async (t) => {
  let parsed = 0;
  for (let round = 0; round < 6; round += 1) {
    const workers = Array.from({ length: 5 }, (_, i) => startWorker({ file: smallFile, times: 50, progress: i % 2 === 0 }));
    for (const worker of workers) worker.on('message', (message) => (parsed += Number.isInteger(message)));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    await delay(round * 150);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  t.diagnostic(`${parsed} snapshots parsed by workers before their end`);
  const snapshot = await parse([tinySnapshot()]);
  assert.equal(snapshot.nodeCount, 6);
  snapshot.close();
});

test('a worker terminated while it waits in the queue does not block later ones', async () => {
  const first = parse(file);
  const waiting = startWorker({ times: 1 });
  await once(waiting, 'message');
  const last = parse([tinySnapshot()]);
  await waiting.terminate();
  (await first).close();
  (await last).close();
});

test('the main thread and workers share one queue, and all their jobs run', async () => {
  const workers = Array.from({ length: 3 }, () => startWorker({ times: 3 }));
  const exits = workers.map((worker) => once(worker, 'exit'));
  const own = [];
  for (let i = 0; i < 4; i += 1) own.push(parse(file));
  for (const snapshot of await Promise.all(own)) {
    assert.equal(snapshot.nodeCount, 360_000);
    snapshot.close();
  }
  for (const [code] of await Promise.all(exits)) assert.equal(code, 0);
});

test('an addon loaded only by workers survives their end', () => {
  const script = `
    const { Worker } = require('node:worker_threads');
    const parsing = ${JSON.stringify(PARSING)};
    (async () => {
      for (let i = 0; i < 12; i += 1) {
        const worker = new Worker(parsing, { eval: true, workerData: { index: ${JSON.stringify(index)}, file: ${JSON.stringify(file)}, times: 3 } });
        await new Promise((resolve) => worker.on('message', (message) => Number.isInteger(message) && resolve()));
        if (i % 2) await worker.terminate();
        else await new Promise((resolve) => worker.once('exit', resolve));
      }
      console.log('whole');
    })();`;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.equal(signal, null, stderr);
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), 'whole');
});

test('dropped snapshots are collected in time, because V8 knows their size', () => {
  const script = `
    const { parse } = require(${JSON.stringify(index)});
    (async () => {
      let weight = 0;
      let peak = 0;
      for (let i = 0; i < 40; i += 1) {
        const snapshot = await parse(${JSON.stringify(file)});
        weight += snapshot.nativeBytes;
        peak = Math.max(peak, process.memoryUsage.rss());
      }
      console.log(JSON.stringify({ weight, peak }));
    })();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const { weight, peak } = JSON.parse(stdout || assert.fail(stderr));
  assert.ok(weight > 0.8e9, `${weight}`);
  assert.ok(peak < weight / 2, `at most ${peak} bytes resident of ${weight} forgotten`);
});
