/**
 * heapray/playwright: leak assertions for @playwright/test, in Chromium. Import `test` and `expect` from here instead:
 *
 *     import { test, expect } from 'heapray/playwright';
 *
 *     test('the dialog does not leak', async ({ page }) => {
 *       await page.goto('/');
 *       await expect(page).not.toLeak(async () => {
 *         await page.click('#open');
 *         await page.click('#close');
 *       });
 *     });
 *
 * Together with fixtures and matchers of your own: `mergeTests(test, mine)` and `mergeExpects(expect, mine)` of
 * @playwright/test. A test that calls `toLeak` may take 120 s, unless its time limit is another than Playwright's default.
 *
 * @packageDocumentation
 */

import type {
  Expect,
  Page,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from '@playwright/test';
import type { Snapshot } from '../index.js';
import type { ClassMatchName, Count, HeaprayMatchers, MatcherResult, PageLeakOptions, Size } from './index.js';

export { LeakError } from './index.js';
export type { ClassMatch, ClassMatchName, Count, Leak, PageLeakOptions, Size } from './index.js';

/** Snapshots of the test's page. */
export interface PageHeap {
  /** A snapshot of what is alive in the page after garbage collection. It is closed after the test. */
  snapshot(): Promise<Snapshot>;
}

export interface HeaprayOptions {
  /** Options of `toLeak` for all tests, in `use` of the configuration or with `test.use`. Those of a call come first. */
  leakOptions: PageLeakOptions;
}

export interface HeaprayFixtures {
  pageHeap: PageHeap;
}

export declare const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & HeaprayOptions & HeaprayFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

/** The matchers that `expect` of this module has beside Playwright's own. */
export interface PageMatchers {
  /** See {@link HeaprayMatchers.toLeak}. */
  toLeak(this: any, page: Page, action: () => unknown, options?: PageLeakOptions): Promise<MatcherResult>;
  /** See {@link HeaprayMatchers.toHaveInstances}. */
  toHaveInstances(this: any, snapshot: Snapshot, classOrName: ClassMatchName, count?: Count): MatcherResult;
  /** See {@link HeaprayMatchers.toRetainLessThan}. */
  toRetainLessThan(this: any, snapshot: Snapshot, classOrQuery: Parameters<HeaprayMatchers['toRetainLessThan']>[0], size: Size): MatcherResult;
  /** See {@link HeaprayMatchers.toHaveNoDetachedNodes}. */
  toHaveNoDetachedNodes(this: any, snapshot: Snapshot): MatcherResult;
}

export declare const expect: Expect<PageMatchers>;
