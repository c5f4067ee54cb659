// heapray/jest for ECMAScript modules.

import jest from './jest.js';

export const {
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
} = jest;
