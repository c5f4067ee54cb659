'use strict';

// heapray/vitest for CommonJS: the matchers for `expect.extend`, because Vitest itself cannot be required.
// Where Vitest provides globals they are added to its `expect` at once.

const { makeMatchers } = require('./lib/testing/matchers.js');
const { limitOf } = require('./lib/testing/vitest.js');
const { assertNoLeak, checkpoint, collectGarbage, LeakError, since, track } = require('./testing.js');

const matchers = makeMatchers({ limitOf });
const { toBeCollected, toHaveInstances, toHaveNoDetachedNodes, toHaveNoGrowth, toLeak, toRetainLessThan } = matchers;

globalThis.expect?.extend?.(matchers);

module.exports = {
  assertNoLeak,
  checkpoint,
  collectGarbage,
  LeakError,
  matchers,
  since,
  toBeCollected,
  toHaveInstances,
  toHaveNoDetachedNodes,
  toHaveNoGrowth,
  toLeak,
  toRetainLessThan,
  track,
};
