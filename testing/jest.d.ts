/**
 * heapray/jest: memory-leak assertions as matchers of Jest. Set it up with:
 *
 *     setupFilesAfterEnv: ['heapray/jest']
 *
 * Tests may then take 60 s instead of Jest's 5 s, unless `testTimeout` or `jest.setTimeout` say otherwise.
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

declare global {
  namespace jest {
    interface Matchers<R, T = {}> extends HeaprayMatchers<R> {}
  }
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends HeaprayMatchers<R> {}
}
