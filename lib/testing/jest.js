'use strict';

// The time limit of Jest's tests: read from jest-circus, and raised if it is the default.

/** The default time limit of tests with heapray, unless the configuration sets one. */
const TEST_TIMEOUT_MS = 60_000;
const JEST_DEFAULT_MS = 5_000;
/** The property in which `jest.setTimeout` stores the limit for tests without their own. */
const TEST_TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');

const ADVICE = 'Give it more: test(name, fn, 120_000), or testTimeout: 120_000 in the configuration of Jest.';

/** The state of jest-circus, which runs the tests of this file. */
function circusState() {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description === 'JEST_STATE_SYMBOL');
  return symbol === undefined ? undefined : globalThis[symbol];
}

/** A leak takes several snapshots of about a second each in a vm context: more than 5 s in total on a busy machine. */
function extendTimeout() {
  const state = circusState();
  const isDecided = globalThis[TEST_TIMEOUT] !== undefined || (state !== undefined && state.testTimeout !== JEST_DEFAULT_MS);
  if (!isDecided) globalThis[TEST_TIMEOUT] = TEST_TIMEOUT_MS;
}

/** @returns {import('./deadline.js').TestLimit | undefined} */
function limitOf() {
  const state = circusState();
  const test = state?.currentlyRunningTest;
  const limit = test?.timeout ?? state?.testTimeout;
  if (typeof test?.startedAt !== 'number' || typeof limit !== 'number') return undefined;
  return { limit, startedAt: test.startedAt, advice: ADVICE };
}

module.exports = { extendTimeout, limitOf };
