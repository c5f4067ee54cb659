'use strict';

// Ends a measurement before the test runner's own time limit, whose error would not give the reason.
//
// A snapshot blocks the thread, so no timer can stop it. Before each one the remaining time is checked.

const { formatAmount } = require('../format/numbers.js');
const { now, today, within } = require('./clock.js');
const { timeoutError } = require('./errors.js');

/** The time limit if neither the options nor the test runner have one. */
const DEFAULT_MS = 120_000;
/** Time left for the test after the assertion. */
const MARGIN_MS = 250;

/** @typedef {{ limit: number, startedAt: number, advice: string }} TestLimit of the test runner: milliseconds, and milliseconds since 1970 */

/** Milliseconds of the slowest unstoppable step so far, in this test and earlier ones. */
let slowest = 0;

class Deadline {
  aborted = false;
  #start = now();
  #end;
  #reason;

  /**
   * @param {number | undefined} timeout of the options
   * @param {TestLimit | undefined} test
   */
  constructor(timeout, test) {
    const own = timeout ?? (test === undefined ? DEFAULT_MS : Infinity);
    const left = test === undefined ? Infinity : test.startedAt + test.limit - today() - MARGIN_MS;
    this.#end = this.#start + Math.min(own, left);
    this.#reason =
      left < own
        ? `the test may take ${seconds(test.limit)}. ${test.advice}`
        : `the limit is ${seconds(own)}. Give \`timeout\` in milliseconds to allow more.`;
  }

  /** Runs a step of the measurement, and abandons it if it does not end in time. */
  run(work, state) {
    return within(Math.max(0, this.#end - now()), work, () => {
      this.aborted = true;
      return this.#error(state, 'the function under test had not finished');
    });
  }

  /** Runs a step that cannot be stopped, if there is enough time for the slowest one so far. */
  async runWhole(work, state) {
    const left = this.#end - now();
    if (left < slowest) {
      throw this.#error(state, `a snapshot takes ${seconds(slowest)}, but only ${seconds(Math.max(0, left))} are left`);
    }
    const start = now();
    try {
      return await work();
    } finally {
      slowest = Math.max(slowest, now() - start);
    }
  }

  #error({ rounds, of }, what) {
    return timeoutError(
      `not enough time to check for leaks: after ${seconds(now() - this.#start)} and ${rounds} of ${formatAmount(of, 'round')} ${what}; ${this.#reason}`,
    );
  }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
}

module.exports = { Deadline };
