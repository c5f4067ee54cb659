// Checks that the process does not grow while snapshots are repeatedly opened, queried, and closed, dropped or
// aborted.
//
//   node --expose-gc scripts/leak-cycles.mjs CYCLES      one process; prints JSON
//   npm run test:leaks                                   a thousand cycles on each Node.js from 20 to 26
//
// Growth is the difference in resident and external memory between the end of the first third of the
// cycles, which are warm-up, and the end.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { setTimeout as delay } from 'node:timers/promises';
import { bigSnapshot } from '../__test__/support/snapshots.mjs';

const NODES = 20_000;

const library = new URL('../index.js', import.meta.url);

const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { parse, report } = require(workerData.library);
  const pending = parse(Buffer.from(workerData.bytes)).then(report);
  parentPort.postMessage('begun');
  pending.then(() => parentPort.postMessage('done'));
  setInterval(() => {}, 1000);
`;

/** Runs the cycles in a separate Node.js process and returns its measurements. */
export function measure(cycles, binary = process.execPath) {
  const { status, stdout, stderr } = spawnSync(binary, ['--expose-gc', fileURLToPath(import.meta.url), String(cycles)], {
    encoding: 'utf8',
    // glibc keeps freed memory for each thread; with two arenas the amount is stable.
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  });
  if (status !== 0) throw new Error(`${binary} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** One in three is aborted, one in fifty belongs to a worker that is terminated, one in seven is dropped without closing. */
async function cycle(api, bytes, i) {
  if (i % 50 === 49) return cycleOnThread(bytes, i);
  if (i % 3 === 0) return stoppedCycle(api, bytes, i);
  const snapshot = await api.parse(i % 3 === 1 ? bytes : [bytes]);
  await snapshot.retainingPaths(3, { limit: 1 });
  await api.filter(snapshot, { class: 'Class3', references: true });
  if (i % 3 === 1) await api.report(snapshot);
  else await api.diff(snapshot, snapshot);
  if (i % 7 !== 0) snapshot.close();
}

async function stoppedCycle(api, bytes, i) {
  const controller = new AbortController();
  const pending = api.parse(bytes, { signal: controller.signal }).then((snapshot) =>
    api.report(snapshot, { signal: controller.signal }).finally(() => snapshot.close()),
  );
  pending.catch(() => {});
  // Aborts some before they start, most in the middle, some after the end.
  await delay(i % 20);
  controller.abort();
  await pending.catch(() => {});
}

/** Opens the snapshot on another thread, which is terminated meanwhile or afterwards. */
async function cycleOnThread(bytes, i) {
  const worker = new Worker(THREAD, { eval: true, workerData: { bytes, library: fileURLToPath(library) } });
  await once(worker, 'message');
  if (i % 100 === 99) await once(worker, 'message');
  await worker.terminate();
}

async function settled() {
  for (let i = 0; i < 4; i += 1) {
    globalThis.gc();
    await delay(20);
  }
  const { rss, external, arrayBuffers } = process.memoryUsage();
  return { rss, external, arrayBuffers };
}

async function main(cycles) {
  const api = (await import(library)).default;
  const bytes = Buffer.from([...bigSnapshot(NODES)].join(''));
  const warm = Math.ceil(cycles / 3);
  for (let i = 0; i < warm; i += 1) await cycle(api, bytes, i);
  const before = await settled();
  for (let i = warm; i < cycles; i += 1) await cycle(api, bytes, i);
  const after = await settled();
  const growth = Object.fromEntries(Object.keys(before).map((name) => [name, after[name] - before[name]]));
  const snapshot = await api.parse(bytes);
  console.log(JSON.stringify({ node: process.version, cycles, growth, before, snapshotBytes: snapshot.nativeBytes }));
  snapshot.close();
}

async function everyVersion(cycles) {
  const { majors, nodeBinary } = await import('./node-versions.mjs');
  for (const major of majors.filter((major) => major >= 20)) {
    const { node, growth, snapshotBytes } = measure(cycles, nodeBinary(major));
    const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(`${node}: resident ${megabytes(growth.rss)}, external ${megabytes(growth.external)} after ${cycles} cycles`);
    // If one snapshot in ten were leaked, growth would be many times this.
    if (growth.rss > 20 * snapshotBytes || growth.external > snapshotBytes) process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cycles = Number(process.argv[2] ?? 1000);
  await (process.argv[3] === 'versions' ? everyVersion(cycles) : main(cycles));
}
