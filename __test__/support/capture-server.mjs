// A service with its own heap, for tests of capture: answers requests, and captures on command.
//
//   node capture-server.mjs OBJECTS      over IPC: { capture: options } → { done } or { failed }; { idle: ms } → { late }

import http from 'node:http';
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

/** Runs `work`. Returns by how much waits of a millisecond were longer, longest first. */
async function withDelays(work) {
  const delays = [];
  let isOver = false;
  const watching = (async () => {
    for (let last = performance.now(); !isOver; ) {
      await delay(1);
      const now = performance.now();
      delays.push(now - last);
      last = now;
    }
  })();
  try {
    return { result: await work(), delays };
  } finally {
    isOver = true;
    await watching;
    delays.sort((a, b) => b - a);
  }
}

async function answer(options) {
  const { result: snapshot, delays } = await withDelays(() => capture(options));
  const { classes } = await snapshot.classes({ name: 'Session' });
  const { capture: info, nodeCount } = snapshot;
  snapshot.close();
  // V8's pause is the longest by far; the second longest is due to the analysis.
  return { nodeCount, sessions: classes[0]?.count ?? 0, info, delays: delays.slice(0, 2) };
}

process.on('message', async ({ capture: options, idle }) => {
  if (idle) {
    const { delays } = await withDelays(() => delay(idle));
    process.send({ late: delays[0] });
    return;
  }
  answer(options).then(
    (done) => process.send({ done }),
    ({ name, code, message, preflight }) => process.send({ failed: { name, code, message, preflight } }),
  );
});
process.on('disconnect', () => process.exit());

const server = http.createServer((request, response) => response.end(JSON.stringify(sessions[17])));
// Connections outlive V8's pause.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
