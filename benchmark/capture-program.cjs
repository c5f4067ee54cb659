'use strict';

// A heap of 150,000 items, captured by one method; prints memory and time as JSON. See capture.mjs.

const v8 = require('node:v8');
const { capture, parse } = require('..');
const { pump } = require('../lib/capture/live.js');

const items = Array.from({ length: 150_000 }, (_, i) => ({
  number: i,
  name: `item ${i}`,
  tags: [`tag ${i % 7}`, i],
  when: new Date(i),
  extra: i % 10 === 0 ? new Map([[i, { value: i }]]) : null,
}));

const rss = () => process.memoryUsage.rss();
const peak = () => process.resourceUsage().maxRSS * 1024;
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

const methods = {
  'V8 alone'() {
    const from = performance.now();
    pump(v8.getHeapSnapshot(), () => {});
    return { pauseMs: performance.now() - from };
  },
  async 'capture()'() {
    const snapshot = await capture({ force: true });
    return { snapshot, pauseMs: snapshot.capture.pauseMs };
  },
  async 'capture({ forgetIds: true })'() {
    const snapshot = await capture({ force: true, forgetIds: true });
    return { snapshot, pauseMs: snapshot.capture.pauseMs };
  },
  // As one would write it by hand: V8 queues the whole text before the event loop runs.
  async 'for await (v8.getHeapSnapshot())'() {
    const from = performance.now();
    const stream = v8.getHeapSnapshot();
    const chunks = (async function* read() {
      yield* stream;
    })();
    const snapshot = await parse(chunks);
    return { snapshot, pauseMs: performance.now() - from };
  },
};

(async () => {
  globalThis.gc();
  const before = rss();
  const { snapshot, pauseMs } = await methods[process.argv[2]]();
  const [highest, after, graph] = [peak(), rss(), snapshot?.nativeBytes ?? 0];
  snapshot?.close();
  await settled();
  globalThis.gc();
  console.log(JSON.stringify({ before, peak: highest, after, closed: rss(), graph, pauseMs, items: items.length }));
})();
