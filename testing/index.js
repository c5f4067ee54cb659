'use strict';

// heapray/testing: leak assertions for node:test and every other test runner.

const { track } = require('../lib/testing/track.js');
const { checkpoint, since } = require('../lib/testing/checkpoint.js');
const { collectGarbage } = require('../lib/testing/collect.js');
const { LeakError } = require('../lib/testing/errors.js');
const {
  assertCollected,
  assertInstances,
  assertNoDetachedNodes,
  assertNoGrowth,
  assertNoLeak,
  assertRetainsLessThan,
  matchers,
} = require('../lib/testing/assertions.js');

module.exports = {
  assertCollected,
  assertInstances,
  assertNoDetachedNodes,
  assertNoGrowth,
  assertNoLeak,
  assertRetainsLessThan,
  checkpoint,
  collectGarbage,
  LeakError,
  matchers,
  since,
  track,
};
