'use strict';

// V8's heap that grows towards its limit → whether it reaches it before a later capture could be reported.
//
// A report takes time in which the heap goes on growing, so a share of the limit is late when a heap is small and grows fast.
// How long it takes depends on how busy the machine is: the last capture and the last report tell. Each look costs nothing; only if the heap, garbage included, has grown fast is garbage collected to see how much is alive.

const { performance } = require('node:perf_hooks');

/** Growth within less time says nothing of the rate. */
const TELLING_MS = 500;
/** Collecting garbage may take a tenth of the time … */
const COLLECTIONS_APART = 10;
/** … and another look is taken at the latest after so long. */
const LOOK_AGAIN_MS = 60_000;
/** V8 collects garbage all the time when the limit is near, and what has waited for a pause makes the heap grow faster after it. */
const SLOWER_NEAR_LIMIT = 2;

class HeapRoom {
  /** Bytes alive at some time, from which the rate counts. */
  #from = { bytes: 0, at: Infinity };
  /** Milliseconds for each byte alive, until a snapshot was taken and parsed … */
  #capturePrice = 0;
  /** … and from then until it was reported. Before the first report, as long as it took to take it. */
  #reportPrice = null;
  #nextAt = -Infinity;
  /** Whether it was short a moment ago: growth at the start of a program comes to an end. */
  #isSuspected = false;
  /** Bytes alive when it was short: that is told once, until the heap has become much smaller. */
  #told = null;
  #now;

  /** @param {() => number} [now] Milliseconds; another clock for tests. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {{ live: number, ms: number }} capture The last one: bytes alive, and how long it took until all was parsed and written. */
  captured({ live, ms }) {
    this.#from = { bytes: live, at: this.#now() };
    this.#capturePrice = ms / live;
    this.#isSuspected = false;
  }

  /** @param {{ live: number, ms: number }} report The last one: bytes alive when its snapshot was taken, and how long it took to make. */
  reported({ live, ms }) {
    this.#reportPrice = ms / live;
  }

  /** @param {() => number} countLive Bytes alive, after garbage is collected. */
  isShort(heapUsed, limit, countLive) {
    if (this.#told !== null && heapUsed > this.#told / 2) return false;
    this.#told = null;
    const from = this.#now();
    if (from < this.#nextAt || !this.#endsBeforeReport(heapUsed, limit, from)) return false;
    const live = countLive();
    const now = this.#now();
    if (!this.#endsBeforeReport(live, limit, now)) {
      const leftMs = (limit - live) / Math.max(0, this.#rate(live, now));
      this.#nextAt = now + Math.max(COLLECTIONS_APART * (now - from), Math.min(LOOK_AGAIN_MS, leftMs / 2));
      this.#isSuspected = false;
      return false;
    }
    const wasSuspected = this.#isSuspected;
    this.#isSuspected = true;
    if (wasSuspected) this.#told = live;
    else this.#from = { bytes: live, at: now };
    return wasSuspected;
  }

  #endsBeforeReport(bytes, limit, now) {
    const rate = this.#rate(bytes, now);
    const price = this.#capturePrice + (this.#reportPrice ?? this.#capturePrice);
    return rate > 0 && (limit - bytes) / rate < SLOWER_NEAR_LIMIT * price * bytes;
  }

  /** Bytes a millisecond. */
  #rate(bytes, now) {
    const { bytes: before, at } = this.#from;
    return now - at < TELLING_MS ? 0 : (bytes - before) / (now - at);
  }
}

module.exports = { HeapRoom };
