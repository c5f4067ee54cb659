/**
 * heapray/testing: memory-leak assertions for node:test and every other test runner.
 *
 * An assertion takes heap snapshots of its own process, two if nothing leaks: about a third of a second each for a
 * small Node.js process, about a second inside Jest. No command-line flag is needed.
 *
 * @packageDocumentation
 */

import type { Component, DiffResult, HeaprayError, Query, Snapshot, Owner, SourceLocation, Suspect } from '../index.js';

/** A class, the name it has in DevTools' Summary, or a RegExp on such names. */
export type ClassMatch = string | RegExp | (abstract new (...args: any[]) => unknown) | ((...args: any[]) => unknown);

/** Bytes, or a size such as `'64 kB'`, `'1 MB'` (powers of 1000) or `'1 MiB'` (powers of 1024). */
export type Size = number | string;

export interface LeakOptions {
  /** Calls in a round, at least 1. A class leaks if it gains at least as many objects in every round. @default 20 */
  iterations?: number;
  /**
   * Rounds in which something has to grow, at least 1; then one more confirms it. Each costs a snapshot. The
   * measurement ends after the first round in which nothing grew.
   * @default 3
   */
  rounds?: number;
  /** Calls before the first snapshot: caches fill, code is compiled. @default iterations */
  warmup?: number;
  /** Classes that may grow, without limit or by so many objects a round: `{ Session: 5 }`. */
  allow?: ClassMatch | readonly ClassMatch[] | Readonly<Record<string, number>>;
  /** What to ignore, compared with class, path, path of the holder, and script. A string must match as a whole. */
  ignore?: ClassMatch | readonly ClassMatch[];
  /** Check these classes only. @default all of the program's; code, shapes and V8's internals never */
  classes?: ClassMatch | readonly ClassMatch[];
  /**
   * Bytes a round may add. With it growth is judged by bytes: less passes whatever grows; more in every round fails even
   * if no class grew, as when a buffer or string gets longer.
   * @default growth is judged by the number of objects
   */
  maxGrowth?: Size;
  /**
   * Source maps for places, names and paths, as in {@link import('../index.js').Mapped}. Inline maps of what a test runner has
   * transformed are always used for places. `allow` and `ignore` know a class by its name in the source and in the program that
   * runs; `classes` by the latter.
   * @default 'auto'
   */
  sourceMaps?: 'auto' | 'off' | (string & {}) | URL;
  /**
   * If the assertion fails, repeat one round while V8 tracks where objects are allocated, for {@link Leak.allocatedAt} and the
   * message. Costs that round, in code that is not optimised, and one more snapshot; nothing if nothing leaks.
   * @default false
   */
  allocations?: boolean;
  /** Milliseconds, above 0, after which the assertion fails with `ERR_TIMEOUT`. @default what the test may take where that is known, else 120000 */
  timeout?: number;
}

/** As {@link LeakOptions}, with fewer calls: each drives a browser. */
export interface PageLeakOptions extends Omit<LeakOptions, 'iterations'> {
  /** Calls in a round, at least 1. A class leaks if it gains at least as many objects in every round. @default 7 */
  iterations?: number;
}

/** A page of Playwright or Puppeteer, in Chromium. */
export interface BrowserPage {
  goto(url: string, ...rest: any[]): Promise<unknown>;
  mainFrame(): unknown;
  isClosed(): boolean;
}

/**
 * The function under test. Promises are awaited, one call after the other. If it takes an argument,
 * that is `done(error?)`, which it must call. If it throws, the assertion rejects with that error.
 */
export type FunctionUnderTest = (() => unknown) | ((done: (error?: unknown) => void) => void);

/** Something that leaks. */
export interface Leak {
  /** Class in DevTools' Summary; `(heap)` for growth of bytes that no class shows. */
  className: string;
  /** Objects added in each round. */
  addedCount: number[];
  /** Bytes that they retain. */
  addedBytes: number[];
  /** Their path, written as code: `sessions[*]`. */
  path: string | null;
  /** `source` and `owner` as in {@link import('../index.js').Suspect}. */
  holder: { className: string; path: string; source: SourceLocation | null; owner: Owner | null } | null;
  /** Where the class or function is defined. */
  source: SourceLocation | null;
  /** Functions on the path. */
  functions: { name: string; source: SourceLocation | null }[];
  /** As in {@link import('../index.js').Suspect}. */
  component?: Component;
  /** See {@link import('../index.js').SuspectKind}. */
  kind: string | null;
  advice: string | null;
  /** With {@link LeakOptions.allocations}: where the objects of one more round were allocated, as in {@link import('../index.js').Suspect}; else `null`. */
  allocatedAt: Suspect['allocatedAt'];
  /** For what leaks in a worker of a page, or in a frame of another site: which, such as `worker https://shop.example/w.js`. */
  heap?: string;
}

/** The error of failed assertions; its `code` is `ERR_LEAK`. */
export class LeakError extends HeaprayError {
  readonly code: 'ERR_LEAK';
  /** What leaks, for `assertNoLeak`; empty for other assertions. */
  readonly leaks: Leak[];
}

/** An object that is expected to be collected; see {@link track}. */
export interface Tracked {
  /** The label that was given, else the name of the function or of the object's class. */
  readonly label: string;
  /** Whether it was collected. Reading this keeps it alive for the current turn of the event loop. */
  readonly collected: boolean;
}

/** Growth that `toHaveNoGrowth` accepts. */
export interface GrowthOptions {
  /** Classes that may have more objects, without limit or up to a number: `{ Session: 5 }`. */
  allow?: LeakOptions['allow'];
}

export interface SinceOptions {
  /** As in {@link LeakOptions}. @default 'auto' */
  sourceMaps?: LeakOptions['sourceMaps'];
}

export interface CollectionOptions {
  /** Source maps for the object's class and for what holds it, as in {@link LeakOptions}. @default 'auto' */
  sourceMaps?: LeakOptions['sourceMaps'];
  /** Milliseconds to keep trying, above 0. @default 2000 */
  timeout?: number;
}

/** Number of instances: exact, or a number that the function or the asymmetric matcher accepts. */
export type Count = number | ((count: number) => boolean) | { asymmetricMatch(count: unknown): boolean };

/** The matchers that `heapray/jest` and `heapray/vitest` add to `expect`. */
export interface HeaprayMatchers<Sync = void> {
  /**
   * For `expect(fn)`, with `not`: memory does not grow when the function is called again and again.
   * @example
   * await expect(() => handle(request)).not.toLeak();
   */
  toLeak(options?: LeakOptions): Promise<void>;
  /**
   * For `expect(page)` of Playwright or Puppeteer, with `not`: memory of the page does not grow when the action is repeated. The
   * action must end where it began, in the same document.
   * @throws {HeaprayError} `ERR_NOT_SUPPORTED` in Firefox and WebKit, `ERR_NAVIGATED` if the action loads a new document
   * @example
   * await expect(page).not.toLeak(async () => {
   *   await page.click('#open');
   *   await page.click('#close');
   * });
   */
  toLeak(action: () => unknown, options?: PageLeakOptions): Promise<void>;
  /**
   * For `expect(track(object))`: the object is collected. A failure shows what holds it.
   * @example
   * const connection = track(await connect(), 'connection');
   * await closeAll();
   * await expect(connection).toBeCollected();
   */
  toBeCollected(options?: CollectionOptions): Promise<void>;
  /** For `expect(snapshot)`: the class has this number of instances; without a number, at least one. */
  toHaveInstances(classOrName: ClassMatchName, count?: Count): Sync;
  /** For `expect(snapshot)`: instances of the class, or all that the query matches, retain less than this together. */
  toRetainLessThan(classOrQuery: ClassMatchName | Query, size: Size): Sync;
  /** For `expect(snapshot)`: no DOM node is known to be detached. */
  toHaveNoDetachedNodes(): Sync;
  /**
   * For `expect(diff)`, the answer of `since()` or of `diff()` for all classes: no class of the program has more objects than before.
   * @example
   * using before = await checkpoint();
   * await work();
   * expect(await since(before)).toHaveNoGrowth({ allow: ['Connection'] });
   */
  toHaveNoGrowth(options?: GrowthOptions): Sync;
}

/** A class or its name. */
export type ClassMatchName = Exclude<ClassMatch, RegExp>;

/**
 * Calls the function in rounds and rejects if something grows in every round by at least the number of calls, naming the
 * class, its holder and its source location.
 * @throws {LeakError} when it leaks
 * @throws {HeaprayError} `ERR_TIMEOUT` if it ran out of time
 * @example
 * test('requests do not leak', () => assertNoLeak(() => handle(request)));
 */
export function assertNoLeak(fn: FunctionUnderTest, options?: LeakOptions): Promise<void>;
/**
 * The same for a page of Playwright or Puppeteer: see {@link HeaprayMatchers.toLeak}.
 * @throws {HeaprayError} `ERR_NOT_SUPPORTED` in Firefox and WebKit, `ERR_NAVIGATED` if the action loads a new document
 * @example
 * await assertNoLeak(page, async () => {
 *   await page.click('#open');
 *   await page.click('#close');
 * });
 */
export function assertNoLeak(page: BrowserPage, action: () => unknown, options?: PageLeakOptions): Promise<void>;

/**
 * Tracks an object without keeping it alive, to check later whether it was collected.
 * @param label what messages call it, as it is. Without one they have the class or function, unless its name was made at run
 *   time and may be data; see docs/redaction.md.
 */
export function track(object: object, label?: string): Tracked;

/** A snapshot of the live heap, after garbage collection. Close it, or use `using`. */
export function checkpoint(): Promise<Snapshot>;

/** What has changed since the checkpoint, by class: for `toHaveNoGrowth` or `assertNoGrowth`. */
export function since(checkpoint: Snapshot, options?: SinceOptions): Promise<DiffResult>;

/** Collects all garbage and lets finalizers run. */
export function collectGarbage(): Promise<void>;

/** {@link HeaprayMatchers.toBeCollected} for every test runner. */
export function assertCollected(tracked: Tracked, options?: CollectionOptions): Promise<void>;
/** {@link HeaprayMatchers.toHaveInstances} for every test runner. */
export function assertInstances(snapshot: Snapshot, classOrName: ClassMatchName, count?: Count): void;
/** {@link HeaprayMatchers.toRetainLessThan} for every test runner. */
export function assertRetainsLessThan(snapshot: Snapshot, classOrQuery: ClassMatchName | Query, size: Size): void;
/** {@link HeaprayMatchers.toHaveNoDetachedNodes} for every test runner. */
export function assertNoDetachedNodes(snapshot: Snapshot): void;
/** {@link HeaprayMatchers.toHaveNoGrowth} for every test runner. */
export function assertNoGrowth(diff: DiffResult, options?: GrowthOptions): void;

/** Result of a matcher. */
export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

type Matcher<Name extends keyof HeaprayMatchers, Result> = (
  this: any,
  received: any,
  ...args: Parameters<HeaprayMatchers[Name]>
) => Result;

/** The matchers, for any `expect.extend` with Jest's protocol. */
export const matchers: {
  toLeak(this: any, received: any, actionOrOptions?: (() => unknown) | LeakOptions, options?: PageLeakOptions): Promise<MatcherResult>;
  toBeCollected: Matcher<'toBeCollected', Promise<MatcherResult>>;
  toHaveInstances: Matcher<'toHaveInstances', MatcherResult>;
  toRetainLessThan: Matcher<'toRetainLessThan', MatcherResult>;
  toHaveNoDetachedNodes: Matcher<'toHaveNoDetachedNodes', MatcherResult>;
  toHaveNoGrowth: Matcher<'toHaveNoGrowth', MatcherResult>;
};
