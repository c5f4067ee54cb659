/**
 * heapray/vitest: memory-leak assertions as matchers of Vitest. Importing it is the set-up:
 *
 *     test: { setupFiles: ['heapray/vitest'] }
 *
 * Tests may then take 60 s instead of Vitest's 5 s, unless `testTimeout` says otherwise.
 *
 * @packageDocumentation
 */

import type { HeaprayMatchers, matchers as all } from './index.js';

export { assertNoLeak, checkpoint, collectGarbage, LeakError, matchers, since, track } from './index.js';
export type {
  BrowserPage,
  ClassMatch,
  ClassMatchName,
  CollectionOptions,
  Count,
  FunctionUnderTest,
  GrowthOptions,
  HeaprayMatchers,
  Leak,
  LeakOptions,
  MatcherResult,
  PageLeakOptions,
  Size,
  Tracked,
} from './index.js';

export declare const toLeak: typeof all.toLeak;
export declare const toBeCollected: typeof all.toBeCollected;
export declare const toHaveInstances: typeof all.toHaveInstances;
export declare const toRetainLessThan: typeof all.toRetainLessThan;
export declare const toHaveNoDetachedNodes: typeof all.toHaveNoDetachedNodes;
export declare const toHaveNoGrowth: typeof all.toHaveNoGrowth;

// Vitest's own interface has other type parameters in every major version. All of them take over
// what chai's has.
declare global {
  namespace Chai {
    interface Assertion extends HeaprayMatchers {}
  }
}
