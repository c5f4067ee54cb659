// A server answers while it parses a large snapshot. Measures the number of requests and file reads, and the
// longest delay of the event loop.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from '../index.js';
import { bigSnapshotFile } from './support/fixtures.mjs';

const LIMIT_MS = 20;
const small = fileURLToPath(new URL('../package.json', import.meta.url));

/** Calls `step` repeatedly until `isOver`. Returns the number of calls and the longest time of one. */
async function again(isOver, step) {
  let [count, worst] = [0, 0];
  while (!isOver()) {
    const from = performance.now();
    await step();
    worst = Math.max(worst, performance.now() - from);
    count += 1;
    await delay(1);
  }
  return { count, worst };
}

/** The activity of the process while `work` runs. */
async function serveDuring(work) {
  const server = http.createServer(async (request, response) => response.end(await readFile(small)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  // The first requests compile the server and the client.
  for (let i = 0; i < 200; i += 1) await (await fetch(url)).text();

  const delays = monitorEventLoopDelay({ resolution: 1 });
  let over = false;
  delays.enable();
  const from = performance.now();
  const done = work().finally(() => {
    over = true;
    delays.disable();
  });
  const isOver = () => over;
  const [requests, reads] = await Promise.all([
    again(isOver, async () => assert.equal((await (await fetch(url)).json()).name, 'heapray')),
    again(isOver, () => readFile(small)),
  ]);
  const result = await done;
  server.closeAllConnections();
  server.close();
  const took = performance.now() - from;
  return { result, requests, reads, took, worstDelay: delays.max / 1e6, ticks: delays.count };
}

const counts = ({ requests, reads, ticks, worstDelay, took }) =>
  `${took.toFixed(0)} ms: ${requests.count} requests (worst ${requests.worst.toFixed(1)} ms), ` +
  `${reads.count} file reads (worst ${reads.worst.toFixed(1)} ms), ${ticks} ticks, worst delay ${worstDelay.toFixed(1)} ms`;

/** A blocked loop serves nothing; a free one serves every few milliseconds. */
const isServing = ({ requests, reads, took }) => requests.count > took / 50 && reads.count > took / 50;

test('while a large snapshot is parsed the server serves requests and files, and the loop is never late by 20 ms', async (t) => {
  const file = await bigSnapshotFile();
  // Other programs can only add to the delay, so the quietest of up to five runs counts.
  let best = { worstDelay: Infinity, isServing: false };
  for (let run = 0; run < 5 && !(best.isServing && best.worstDelay < LIMIT_MS); run += 1) {
    const served = await serveDuring(() => parse(file));
    const { nodeCount } = served.result;
    served.result.close();
    t.diagnostic(`parsing ${nodeCount} nodes, ${counts(served)}`);
    assert.ok(nodeCount > 500_000);
    best = { worstDelay: Math.min(best.worstDelay, served.worstDelay), isServing: best.isServing || isServing(served) };
  }
  assert.ok(best.isServing, 'too few requests or file reads in every run');
  let limit = LIMIT_MS;
  if (best.worstDelay >= limit) {
    // On a machine busy with other programs the same server is late without any parsing.
    const idle = await serveDuring(() => delay(3000));
    t.diagnostic(`parsing nothing, ${counts(idle)}`);
    limit += idle.worstDelay;
  }
  assert.ok(best.worstDelay < limit, `worst delay ${best.worstDelay} ms`);
});

test('eight snapshots parsed at once leave threads for file reads', async (t) => {
  const file = await bigSnapshotFile();
  let enough = false;
  for (let run = 0; run < 3 && !enough; run += 1) {
    const controller = new AbortController();
    const { result, reads, took } = await serveDuring(async () => {
      const jobs = Array.from({ length: 8 }, () => parse(file, { signal: controller.signal }));
      await Promise.race(jobs);
      controller.abort();
      return Promise.allSettled(jobs);
    });
    for (const { value } of result) value?.close();
    t.diagnostic(`${reads.count} file reads (worst ${reads.worst.toFixed(1)} ms) in ${took.toFixed(0)} ms`);
    assert.ok(result.some(({ status }) => status === 'rejected'), 'one after the other');
    enough = reads.count > took / 50;
  }
  assert.ok(enough, 'too few file reads in every run');
});
