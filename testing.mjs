// heapray/testing for ECMAScript modules.

import testing from './testing.js';

export const {
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
} = testing;
