'use strict';

// V8's heap that grows towards its limit → whether it reaches it before a later capture could be reported.
//
// A report takes time in which the heap goes on growing, so a share of the limit is late when a heap is small and grows fast.
// Each look costs nothing; only if the heap, garbage included, has grown fast is garbage collected to see how much is alive.

const { performance } = require('node:perf_hooks');

/** Growth within less time says nothing of the rate. */
const TELLING_MS = 1000;
/** Collecting garbage may take a tenth of the time … */
const COLLECTIONS_APART = 10;
/** … and another look is taken at the latest after so long. */
const LOOK_AGAIN_MS = 60_000;

class HeapRoom {
  #live = 0;
  #at = Infinity;
  #pauseMs = 0;
  #nextAt = -Infinity;
  /** Bytes alive when it was short: that is told once, until the heap has become much smaller. */
  #told = null;
  #now;

  /** @param {() => number} [now] Milliseconds; another clock for tests. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {{ live: number, pauseMs: number }} capture The last one: bytes alive, and for how long it paused the thread. */
  captured({ live, pauseMs }) {
    [this.#live, this.#pauseMs, this.#at] = [live, pauseMs, this.#now()];
  }

  /** @param {() => number} countLive Bytes alive, after garbage is collected. */
  isShort(heapUsed, limit, countLive) {
    if (this.#told !== null && heapUsed > this.#told / 2) return false;
    this.#told = null;
    const from = this.#now();
    if (from < this.#nextAt || !this.#endsBeforeReport(heapUsed, limit, from)) return false;
    const live = countLive();
    const now = this.#now();
    if (this.#endsBeforeReport(live, limit, now)) {
      this.#told = live;
      return true;
    }
    const leftMs = (limit - live) / Math.max(0, this.#rate(live, now));
    this.#nextAt = now + Math.max(COLLECTIONS_APART * (now - from), Math.min(LOOK_AGAIN_MS, leftMs / 2));
    return false;
  }

  /** What follows a pause takes less than half as long, but what has waited meanwhile makes the heap grow faster. A larger heap takes longer. */
  #endsBeforeReport(bytes, limit, now) {
    const rate = this.#rate(bytes, now);
    return rate > 0 && (limit - bytes) / rate < (this.#pauseMs * limit) / this.#live;
  }

  /** Bytes a millisecond. */
  #rate(bytes, now) {
    return now - this.#at < TELLING_MS ? 0 : (bytes - this.#live) / (now - this.#at);
  }
}

module.exports = { HeapRoom };
