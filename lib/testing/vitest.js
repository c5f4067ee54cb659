'use strict';

// The time limit of Vitest's tests, read from the test that a matcher runs in.

/** The default time limit of tests with heapray, unless the configuration sets one. */
const TEST_TIMEOUT_MS = 60_000;
const VITEST_DEFAULT_MS = 5_000;

const ADVICE = 'Give it more: test(name, fn, 120_000), or testTimeout: 120_000 in the configuration of Vitest.';

/** @returns {import('./deadline.js').TestLimit | undefined} */
function limitOf(context) {
  const test = context?.task;
  const limit = test?.timeout;
  const startedAt = test?.result?.startTime;
  if (typeof limit !== 'number' || typeof startedAt !== 'number' || !(limit > 0)) return undefined;
  return { limit, startedAt, advice: ADVICE };
}

module.exports = { TEST_TIMEOUT_MS, VITEST_DEFAULT_MS, limitOf };
