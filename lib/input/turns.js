'use strict';

// Chunks that come without a turn of the event loop between them: from arrays, generators, full buffers of streams.

const { performance } = require('node:perf_hooks');
const { setImmediate } = require('node:timers');

/** Milliseconds for which chunks are taken before the event loop gets a turn. */
const STRETCH_MS = 5;

/**
 * The reader with turns of the event loop between its chunks, so that timers, requests and signals are served. It
 * ends with `cancel`, also where its source cannot be ended.
 * @param {import('./source.js').Reader} reader
 * @returns {import('./source.js').Reader}
 */
function withTurns(reader) {
  let stretchFrom = performance.now();
  let cancelled;
  return {
    async next() {
      if (performance.now() - stretchFrom > STRETCH_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        stretchFrom = performance.now();
      }
      if (cancelled) throw cancelled.reason;
      return reader.next();
    },
    cancel(reason) {
      if (cancelled) return;
      cancelled = { reason };
      reader.cancel(reason);
    },
  };
}

module.exports = { withTurns };
