'use strict';

// Watches a service and reports when its memory grows and stays grown, or nears a limit.
//
// Nothing here may disturb the service: no timer keeps it alive, nothing is thrown into it, and errors go to
// `onError` or become a warning.

const { clearInterval, setInterval } = require('node:timers');
const v8 = require('node:v8');
const { briefJson } = require('../format/budget.js');
const { visible } = require('../format/text.js');
const { completeOptions } = require('../api/options/check.js');
const { FUNCTIONS } = require('../api/options/functions.js');
const { callGuarded } = require('../api/guarded.js');
const { reportWith } = require('../api/verbs.js');
const { capture } = require('./capture.js');
const { collector } = require('./collector.js');
const { Growth } = require('./growth.js');
const { heapLimit } = require('./heap-limit.js');
const { HeapRoom } = require('./heap-room.js');
const { Kept } = require('./kept.js');
const { memoryState } = require('./memory.js');
const { Plan } = require('./plan.js');
const { processMemory } = require('./process-memory.js');
const { ownHeap, preflight, refusal } = require('./preflight.js');

/** Milliseconds between two looks at the limits, at most: memory may be gone long before the next sample. */
const LOOK_MS = 250;
/** V8's heap is captured for comparison at this share of where its limit counts as near. */
const BASELINE_SHARE = 0.25;

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
  #plan;
  #heapRoom = new HeapRoom();
  #timers;
  #controller = new AbortController();
  #running = null;
  #lastMs = -Infinity;
  #captures = 0;
  /** Of the last capture, and before the first a guess. */
  #pauseMs = 1000;
  #hasBaseline = false;
  /** A limit that stays near is one reason, not one every look. */
  #nearLimit = false;
  /** Whether something is kept that was not in a report. */
  #hasNews = false;

  constructor(options) {
    this.#options = options;
    this.#heapGrowth = new Growth({ ...options, minBytes: options.minGrowthBytes });
    this.#rssGrowth = new Growth({ ...options, minBytes: options.minGrowthBytes });
    this.#kept = new Kept(options);
    const lookMs = Math.min(LOOK_MS, options.intervalMs);
    this.#plan = new Plan(lookMs);
    const every = (ms, work) => setInterval(() => this.#guard(work), ms).unref();
    this.#timers = [every(options.intervalMs, () => this.#sample()), every(lookMs, () => this.#look())];
  }

  /** Ends at once; a running capture is abandoned. */
  stop() {
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#controller.abort();
    this.#kept.close();
  }

  /** Takes a snapshot whatever the samples say. Resolves when it is reported. */
  async captureNow() {
    await this.#take({ reason: 'asked' });
  }

  /** For growth, which takes its time. */
  #sample() {
    const { rss, heapUsed } = this.#sizes();
    // Both are told every sample.
    const [heapGrows, rssGrows] = [this.#heapGrowth.add(heapUsed), this.#rssGrowth.add(rss)];
    if (!(heapGrows || rssGrows) || !this.#mayCapture() || performance.now() - this.#lastMs < this.#options.minIntervalMs) return;
    return this.#take({ reason: heapGrows ? 'heap growth' : 'rss growth', heapUsed, rss });
  }

  /** For limits, which do not wait. */
  #look() {
    if (!this.#mayCapture()) return;
    const { rss, heapUsed, heapLimit } = this.#sizes();
    const { limits } = memoryState();
    // The machine's own memory is shared with others: only limits of this process count.
    const own = limits.filter(({ by }) => by !== 'system');
    const trigger = (limit) => ({ reason: 'limit', limit, heapUsed, rss });
    const v8Limit = { by: 'V8 heap', limit: heapLimit, current: heapUsed, available: Math.max(0, heapLimit - heapUsed) };
    const near = this.#nearOf([...own, v8Limit]);
    const wasNear = this.#nearLimit;
    this.#nearLimit = near !== null;
    if (near && !wasNear) return this.#take(trigger(near));
    if (!this.#hasBaseline && (own.length > 0 || heapUsed >= BASELINE_SHARE * this.#options.limitShare * heapLimit)) {
      this.#hasBaseline = true;
      return this.#take({ reason: 'baseline' });
    }
    if (this.#heapRoom.isShort(heapUsed, heapLimit, liveBytes)) return this.#take(trigger(v8Limit));
    const [tightest] = own;
    if (!tightest || !this.#plan.isTight(heapUsed, tightest.available)) return;
    const { fits, refused } = this.#count(tightest);
    if (fits === 'last moment') return this.#take(trigger(tightest));
    if (fits === 'too late' && this.#hasNews) return this.#join(() => this.#tellKept(trigger(tightest), refused));
  }

  #count(tightest) {
    const from = performance.now();
    const heap = ownHeap();
    const checked = preflight(heap);
    const { available } = checked.limits.find(({ by }) => by === tightest.by);
    const fits = this.#plan.counted({ live: heap.heapUsed, estimate: checked.estimate, countMs: performance.now() - from }, available);
    return { fits, refused: fits === 'too late' ? refusal(checked, heap) : null };
  }

  #sizes() {
    return { rss: process.memoryUsage.rss(), heapUsed: v8.getHeapStatistics().used_heap_size, heapLimit: heapLimit() };
  }

  #nearOf(limits) {
    return limits.find(({ limit, available }) => limit - available >= limit * this.#options.limitShare) ?? null;
  }

  #mayCapture() {
    return this.#running === null && this.#captures < this.#options.maxCaptures;
  }

  async #take(trigger) {
    await this.#join(() => this.#captureAndReport(trigger));
  }

  /** A second request joins the first. */
  async #join(work) {
    if (this.#controller.signal.aborted) return;
    this.#running ??= this.#guard(work).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #captureAndReport(trigger) {
    this.#heapGrowth.restart();
    this.#rssGrowth.restart();
    const { signal } = this.#controller;
    const from = performance.now();
    const snapshot = await this.#capture(trigger);
    if (snapshot === null) return;
    const { heapUsed: live } = snapshot.capture.preflight;
    const captured = performance.now();
    this.#heapRoom.captured({ live, ms: captured - from });
    let isKept = false;
    try {
      if (signal.aborted) return;
      await this.#kept.add(snapshot);
      this.#hasNews = trigger.reason === 'baseline';
      isKept = snapshot.capture.file === null;
      if (trigger.reason === 'baseline') return;
      const answer = await this.#report(snapshot, signal);
      this.#heapRoom.reported({ live, ms: performance.now() - captured });
      await this.#tell(trigger, snapshot.capture, answer, snapshot.memory);
    } finally {
      if (!isKept) snapshot.close();
    }
  }

  /** `null` where none could be taken, and those kept were reported instead. What is refused counts for nothing. */
  async #capture(trigger) {
    const { force, redact } = this.#options;
    const { signal } = this.#controller;
    try {
      const file = await this.#kept.nextFile();
      const cooldown = trigger.reason === 'asked' ? 0 : this.#sinceOthers();
      const snapshot = await capture({ file, force, redact, signal, cooldown });
      this.#lastMs = performance.now();
      this.#captures += trigger.reason === 'baseline' ? 0 : 1;
      this.#pauseMs = snapshot.capture.pauseMs;
      this.#plan.captured(snapshot.capture.preflight.heapUsed);
      return snapshot;
    } catch (error) {
      if (trigger.reason !== 'asked' && isTemporary(error)) return this.#tryAgain(trigger);
      if (error.code !== 'ERR_NOT_ENOUGH_MEMORY' || !this.#hasNews) throw error;
      await this.#tellKept(trigger, error);
      return null;
    }
  }

  /** Right after somebody else's capture the two would be one long pause for the service; its own come no sooner than they should. */
  #sinceOthers() {
    return Math.max(0, Math.min(this.#pauseMs, performance.now() - this.#lastMs));
  }

  /** At the next look. */
  #tryAgain({ reason }) {
    if (reason === 'baseline') this.#hasBaseline = false;
    this.#nearLimit = false;
    return null;
  }

  /** Nothing fits any more: what the snapshots so far say. */
  async #tellKept(trigger, refused) {
    this.#hasNews = false;
    const { sources, memory } = this.#kept;
    const answer = await reportWith(sources, { signal: this.#controller.signal, sourceMaps: this.#options.sourceMaps }, () => memory);
    await this.#tell(trigger, null, { compared: sources.length, report: answer }, JSON.parse(processMemory()), refused);
  }

  /** Of all kept, where they can be opened together in what is left; of the newest otherwise. */
  async #report(snapshot, signal) {
    const { sources, memory, bytesToOpen } = this.#kept;
    const available = memoryState().limits[0]?.available ?? Infinity;
    // Opening one takes about twice of what it is afterwards.
    const compared = sources.length > 1 && bytesToOpen * 2 <= available ? [...sources.slice(0, -1), snapshot] : [snapshot];
    return { compared: compared.length, report: await reportWith(compared, { signal, sourceMaps: this.#options.sourceMaps }, () => memory.slice(-compared.length)) };
  }

  async #tell(trigger, info, { compared, report: whole }, memory, refused = null) {
    const fingerprint = whole.suspects[0]?.fingerprint ?? null;
    const json = briefJson(whole, this.#options.maxBytes);
    await this.#options.onReport({ report: whole, json, fingerprint, trigger, compared, capture: info, memory, refused, files: this.#kept.files });
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
    const { onError } = this.#options;
    if (!onError) return process.emitWarning(error instanceof Error ? error : new Error(String(error)));
    callGuarded(
      () => onError(error),
      (second) => process.emitWarning(`heapray: onError failed: ${visible(String(second?.message ?? second))}`),
    );
  }
}

function liveBytes() {
  collector()();
  return v8.getHeapStatistics().used_heap_size;
}

const isTemporary = ({ code }) => code === 'ERR_COOLDOWN' || code === 'ERR_CAPTURE_RUNNING';

module.exports = { watch };
