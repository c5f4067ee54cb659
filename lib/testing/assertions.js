'use strict';

// The matchers as functions that throw, for node:test and other test runners.

const { LeakError } = require('./errors.js');
const { makeMatchers } = require('./matchers.js');

/** Without a known test runner there is no time limit. */
const matchers = makeMatchers({ limitOf: () => undefined });

/** `this` of a matcher that is expected to pass. */
const context = { isNot: false };
const negated = { isNot: true };

function check({ pass, message }, expected = true) {
  if (pass !== expected) throw new LeakError(message());
}

/**
 * Rejects if memory grows when a function is called repeatedly: of this process, or of a page.
 * @param {[fn: Function, options?: object] | [page: object, action: Function, options?: object]} args
 */
async function assertNoLeak(...args) {
  const { pass, message, leaks } = await matchers.toLeak.call(negated, ...args);
  if (pass) throw new LeakError(message(), leaks);
}

async function assertCollected(tracked, options) {
  check(await matchers.toBeCollected.call(context, tracked, options));
}

function assertInstances(snapshot, classOrName, expected) {
  check(matchers.toHaveInstances.call(context, snapshot, classOrName, expected));
}

function assertRetainsLessThan(snapshot, classOrQuery, limit) {
  check(matchers.toRetainLessThan.call(context, snapshot, classOrQuery, limit));
}

function assertNoDetachedNodes(snapshot) {
  check(matchers.toHaveNoDetachedNodes.call(context, snapshot));
}

function assertNoGrowth(diff, options) {
  check(matchers.toHaveNoGrowth.call(context, diff, options));
}

module.exports = {
  assertCollected,
  assertInstances,
  assertNoDetachedNodes,
  assertNoGrowth,
  assertNoLeak,
  assertRetainsLessThan,
  matchers,
};
