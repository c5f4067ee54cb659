'use strict';

// The real time and event loop, even if a test has faked the clock.
//
// Fake timers replace the globals, and Vitest's also the functions of `node:timers`. So the functions used here are
// saved when this file is loaded, which the set-up does before any test.

const { setImmediate, setTimeout, clearTimeout } = require('node:timers');
const { hrtime } = require('node:process');

const { bigint: nanoseconds } = hrtime;
const { now: wallClock } = Date;

/** A monotonic clock in milliseconds. */
const now = () => Number(nanoseconds() / 1000n) / 1000;

/** Milliseconds since 1970. */
const today = () => wallClock();

/** Resolves after everything that is ready to run has run. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The result of `work()`, or the error of `late()` if that takes longer than `ms`.
 * @returns {Promise<unknown>}
 */
async function within(ms, work, late) {
  if (ms === Infinity) return work();
  let timer;
  const end = new Promise((_, reject) => {
    // A timeout longer than Node's timers support is treated as none.
    timer = setTimeout(() => reject(late()), Math.min(ms, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([work(), end]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { now, today, nextTurn, wait, within };
