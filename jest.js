'use strict';

// heapray/jest: leak assertions as matchers of Jest. Requiring it is the set-up:
//
//   module.exports = { setupFilesAfterEnv: ['heapray/jest'] }

const { expect } = require('@jest/globals');
const { makeMatchers } = require('./lib/testing/matchers.js');
const { extendTimeout, limitOf } = require('./lib/testing/jest.js');
const { assertNoLeak, checkpoint, collectGarbage, LeakError, since, track } = require('./testing.js');

const matchers = makeMatchers({ limitOf });
const { toBeCollected, toHaveInstances, toHaveNoDetachedNodes, toHaveNoGrowth, toLeak, toRetainLessThan } = matchers;

expect.extend(matchers);
extendTimeout();

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
