'use strict';

// Watches a service and reports when its memory grows and stays grown, or nears a limit.
//
// Nothing here may disturb the service: no timer keeps it alive, nothing is thrown into it, and what
// goes wrong goes to `onError`, or becomes a warning.

const { clearInterval, setInterval } = require('node:timers');
const v8 = require('node:v8');
const { briefJson } = require('../format/budget.js');
const { completeOptions } = require('../api/options/check.js');
const { FUNCTIONS } = require('../api/options/functions.js');
const { report } = require('../api/verbs.js');
const { capture } = require('./capture.js');
const { Growth } = require('./growth.js');
const { Kept } = require('./kept.js');
const { memoryState } = require('./memory.js');

/** @param {import('../../index.d.ts').WatchOptions} options */
function watch(options) {
  const watcher = new Watcher(completeOptions('options', FUNCTIONS.watch, options));
  return { stop: () => watcher.stop(), captureNow: () => watcher.captureNow() };
}

class Watcher {
  #options;
  #heapGrowth;
  #rssGrowth;
  #kept;
  #timer;
  #controller = new AbortController();
  #running = null;
  #lastMs = -Infinity;
  #captures = 0;
  /** A limit that stays near is one reason, not one every sample. */
  #nearLimit = false;

  constructor(options) {
    this.#options = options;
    this.#heapGrowth = new Growth({ ...options, minBytes: options.minGrowthBytes });
    this.#rssGrowth = new Growth({ ...options, minBytes: options.minGrowthBytes });
    this.#kept = new Kept(options);
    this.#timer = setInterval(() => this.#guard(() => this.#sample()), options.intervalMs);
    this.#timer.unref();
  }

  /** Ends at once; a running capture is abandoned. */
  stop() {
    clearInterval(this.#timer);
    this.#controller.abort();
    this.#kept.close();
  }

  /** Takes a snapshot whatever the samples say. Resolves when it is reported. */
  async captureNow() {
    await this.#take({ reason: 'asked' });
  }

  #sample() {
    const state = memoryState();
    const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = v8.getHeapStatistics();
    const trigger = this.#triggerOf(state, heapUsed, heapLimit);
    if (trigger === null || !this.#mayCapture()) return;
    return this.#take(trigger);
  }

  #triggerOf(state, heapUsed, heapLimit) {
    // Both are told every sample.
    const [heapGrows, rssGrows] = [this.#heapGrowth.add(heapUsed), this.#rssGrowth.add(state.rss)];
    const near = this.#limitNear(state, heapUsed, heapLimit);
    const wasNear = this.#nearLimit;
    this.#nearLimit = near !== null;
    const sizes = { heapUsed, rss: state.rss };
    if (near && !wasNear) return { reason: 'limit', limit: near, ...sizes };
    if (heapGrows) return { reason: 'heap growth', ...sizes };
    if (rssGrows) return { reason: 'rss growth', ...sizes };
    return null;
  }

  /** The machine's own memory is shared with others: only limits of this process count. */
  #limitNear({ limits }, heapUsed, heapLimit) {
    const own = limits.filter(({ by }) => by !== 'system');
    const all = [...own, { by: 'V8 heap', limit: heapLimit, current: heapUsed, available: heapLimit - heapUsed }];
    return all.find(({ limit, available }) => limit - available >= limit * this.#options.limitShare) ?? null;
  }

  #mayCapture() {
    const { minIntervalMs, maxCaptures } = this.#options;
    return this.#running === null && this.#captures < maxCaptures && performance.now() - this.#lastMs >= minIntervalMs;
  }

  async #take(trigger) {
    if (this.#controller.signal.aborted) return;
    // A second request joins the first.
    this.#running ??= this.#guard(() => this.#captureAndReport(trigger)).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #captureAndReport(trigger) {
    // Counted before: what is refused is not tried again at once either.
    this.#lastMs = performance.now();
    this.#captures += 1;
    this.#heapGrowth.restart();
    this.#rssGrowth.restart();
    const { force, redact } = this.#options;
    const { signal } = this.#controller;
    const file = await this.#kept.nextFile();
    const snapshot = await capture({ file, force, redact, signal });
    let isKept = false;
    try {
      if (signal.aborted) return;
      await this.#kept.add(snapshot);
      isKept = snapshot.capture.file === null;
      await this.#tell(trigger, snapshot, await this.#report(snapshot, signal));
    } finally {
      if (!isKept) snapshot.close();
    }
  }

  /** Of all kept, where they can be opened together in what is left; of the newest otherwise. */
  async #report(snapshot, signal) {
    const { sources, bytesToOpen } = this.#kept;
    const available = memoryState().limits[0]?.available ?? Infinity;
    // Opening one takes about twice of what it is afterwards.
    const compared = sources.length > 1 && bytesToOpen * 2 <= available ? [...sources.slice(0, -1), snapshot] : [snapshot];
    return { compared: compared.length, report: await report(compared, { signal }) };
  }

  async #tell(trigger, snapshot, { compared, report: whole }) {
    const fingerprint = whole.suspects[0]?.fingerprint ?? null;
    const json = briefJson(whole, this.#options.maxBytes);
    await this.#options.onReport({ report: whole, json, fingerprint, trigger, compared, capture: snapshot.capture, files: this.#kept.files });
  }

  /** Runs work whose errors go to `onError`. */
  async #guard(work) {
    try {
      await work();
    } catch (error) {
      if (!this.#controller.signal.aborted) this.#complain(error);
    }
  }

  #complain(error) {
    try {
      if (this.#options.onError) this.#options.onError(error);
      else process.emitWarning(error instanceof Error ? error : new Error(String(error)));
    } catch (second) {
      process.emitWarning(`heapray: onError failed: ${second?.message ?? second}`);
    }
  }
}

module.exports = { watch };
