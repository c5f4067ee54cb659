'use strict';

// What the matchers know of the test of @playwright/test that they run in: its time limit, and the fixture `leakOptions`.

/** The time limit of tests that use `toLeak`, unless they or the configuration set one. */
const TEST_TIMEOUT_MS = 120_000;
const PLAYWRIGHT_DEFAULT_MS = 30_000;

const ADVICE = 'Give it more: test.setTimeout(240_000), or `timeout` in the configuration of Playwright.';

/** Of the running test; a worker of Playwright runs one at a time. */
let current = { options: {}, startedAt: undefined };

/** A fixture for every test. */
async function rememberTest({ leakOptions }, use) {
  current = { options: leakOptions, startedAt: Date.now() };
  await use();
  current = { options: {}, startedAt: undefined };
}

const usualOptions = () => current.options;

/** @param {() => import('@playwright/test').TestInfo} infoOf */
function limitsOf(infoOf) {
  /** @returns {import('./deadline.js').TestLimit | undefined} */
  return function limitOf() {
    const info = infoOf();
    if (info.timeout === PLAYWRIGHT_DEFAULT_MS) info.setTimeout(TEST_TIMEOUT_MS);
    if (info.timeout === 0) return undefined;
    return { limit: info.timeout, startedAt: current.startedAt ?? Date.now(), advice: ADVICE };
  };
}

module.exports = { limitsOf, rememberTest, usualOptions };
