'use strict';

// Time and turns of the event loop as they are, also where a test has faked the clock.
//
// Fake timers replace the globals, Vitest's also the functions of `node:timers`, so that what is
// used here is taken when this file is loaded, which set-up does before any test runs.

const { setImmediate, setTimeout, clearTimeout } = require('node:timers');
const { hrtime } = require('node:process');

const { bigint: nanoseconds } = hrtime;
const { now: wallClock } = Date;

/** Milliseconds that only ever grow. */
const now = () => Number(nanoseconds() / 1000n) / 1000;

/** Milliseconds since 1970. */
const today = () => wallClock();

/** Ends after everything that is ready to run has run. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * `work()`, or what `late()` throws if that takes longer than `ms`.
 * @returns {Promise<unknown>}
 */
async function within(ms, work, late) {
  if (ms === Infinity) return work();
  let timer;
  const end = new Promise((_, reject) => {
    // Longer than Node's timers can be is as good as for ever.
    timer = setTimeout(() => reject(late()), Math.min(ms, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([work(), end]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { now, today, nextTurn, wait, within };
