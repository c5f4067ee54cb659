// A service with a heap of its own, for tests of capture in another process: answers requests, captures when told.
//
//   node capture-server.mjs OBJECTS      over IPC: { capture: options } → what came of it

import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { capture } from '../../index.js';

class Session {
  constructor(number) {
    this.number = number;
    this.name = `session ${number}`;
    this.tags = [`tag ${number % 7}`, number];
  }
}

const sessions = Array.from({ length: Number(process.argv[2]) }, (_, number) => new Session(number));

const server = http.createServer((request, response) => response.end(JSON.stringify(sessions[17])));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, pid: process.pid }));

/** The capture, and how late the event loop was before and after V8's pause. */
async function captureWatched(options) {
  let [worst, last, isOver] = [[], performance.now(), false];
  const watching = (async () => {
    while (!isOver) {
      await delay(1);
      const now = performance.now();
      worst.push(now - last - 1);
      last = now;
    }
  })();
  try {
    const snapshot = await capture(options);
    isOver = true;
    await watching;
    const { total } = (await snapshot.classes({ name: 'Session' })).classes[0] ? { total: (await snapshot.classes({ name: 'Session' })).classes[0].count } : { total: 0 };
    const { capture: info, nodeCount } = snapshot;
    snapshot.close();
    // The longest is V8's own pause; the next is what capturing adds.
    worst.sort((a, b) => b - a);
    return { nodeCount, sessions: total, info, longestMs: worst[0], nextMs: worst[1] };
  } finally {
    isOver = true;
  }
}

process.on('message', async ({ capture: options }) => {
  try {
    process.send({ done: await captureWatched(options) });
  } catch ({ name, code, message, preflight }) {
    process.send({ failed: { name, code, message, preflight } });
  }
});
process.on('disconnect', () => process.exit());
