'use strict';

// watch-program.cjs LEAK-MB-PER-SECOND: watches itself with the default options while sessions accumulate in a Map, until it
// is killed. Prints a line of JSON for each report.

const path = require('node:path');
const root = path.join(__dirname, '..', '..');
const v8 = require('node:v8');
const { watch } = require(root);

class Session {
  constructor(i) {
    this.id = i;
    this.user = { name: `user ${i}`, roles: ['admin'] };
    this.data = Buffer.alloc(100, 65).toString('latin1');
  }
}

const SESSION_BYTES = 420;
const TICK_MS = 20;
const perTick = (Number(process.argv[2]) * 1e6 * TICK_MS) / 1000 / SESSION_BYTES;
const sessions = (globalThis.sessions = new Map());
const begin = performance.now();
const print = (line) => process.stdout.write(`${JSON.stringify({ ms: Math.round(performance.now() - begin), rss: process.memoryUsage.rss(), ...line })}\n`);

// If the process ends now, a capture has ended it.
const { getHeapSnapshot } = v8;
v8.getHeapSnapshot = (options) => {
  print({ begun: true });
  const stream = getHeapSnapshot(options);
  setImmediate(() => print({ captured: true }));
  return stream;
};

watch({
  onReport: ({ report, trigger, compared, refused }) =>
    print({ reason: trigger.reason, by: trigger.limit?.by, compared, refused: refused?.code, verdict: report.verdict, suspects: report.suspects.map(({ className }) => className) }),
  onError: (error) => print({ error: `${error.code}: ${error.message}` }),
});

let made = 0;
// After a pause requests have accumulated.
setInterval(() => {
  const due = ((performance.now() - begin) / TICK_MS) * perTick;
  for (let i = 0; made < due && i < 2 * perTick; i += 1, made += 1) sessions.set(`s${made}`, new Session(made));
}, TICK_MS);
