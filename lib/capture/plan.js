'use strict';

// Memory that grows towards a limit → the last moment at which a capture still fits.
//
// The cost of a capture grows many times faster than the heap, so that a share of the limit says nothing. Each look makes
// a cheap guess: the last estimate, and a price for each byte by which the heap has grown since, garbage included. Only
// when that does not fit does V8 count the heap, which pauses the thread for a moment. The time until the next count
// depends on how fast the heap really grows.

const { performance } = require('node:perf_hooks');

/** Bytes of estimate for each byte of heap, before two counts have shown the program's own. */
const PRICE_UNKNOWN = 34;
const PRICE_AT_LEAST = 4;
/** What grows next may cost more than what has grown. */
const PRICE_MARGIN = 1.3;
/** Growth by less says nothing of the price. */
const TELLING_BYTES = 500_000;
/** Counting may take a tenth of the time. */
const COUNTS_APART = 10;

class Plan {
  #lookMs;
  #live = 0;
  #estimate = Infinity;
  #price = PRICE_UNKNOWN;
  #at = -Infinity;
  #nextCountAt = -Infinity;
  #isLate = false;

  /** @param {number} lookMs Between two looks. */
  constructor(lookMs) {
    this.#lookMs = lookMs;
  }

  /** Whether it is time to count. */
  isTight(heapUsed, available) {
    if (performance.now() < this.#nextCountAt) return false;
    if (this.#isLate) return available > this.#estimate || heapUsed < this.#live;
    return this.#estimate + this.#price * PRICE_MARGIN * Math.max(0, heapUsed - this.#live) > available;
  }

  /** From a capture the rate of growth counts. */
  captured(live) {
    [this.#live, this.#at] = [live, performance.now()];
  }

  /**
   * Takes in a count.
   * @param {{ live: number, estimate: number, countMs: number }} count Bytes alive, and what a capture of them is estimated to take.
   * @returns {'fits' | 'last moment' | 'too late'}
   */
  counted({ live, estimate, countMs }, available) {
    const now = performance.now();
    const grown = live - this.#live;
    if (Number.isFinite(this.#estimate) && grown > TELLING_BYTES) this.#price = Math.max(PRICE_AT_LEAST, (estimate - this.#estimate) / grown);
    const rate = Number.isFinite(this.#at) ? Math.max(0, grown) / (now - this.#at) : 0;
    [this.#live, this.#estimate, this.#at] = [live, estimate, now];
    // Growth takes memory, and makes the capture dearer.
    const consumed = rate * (1 + this.#price);
    const left = available - estimate;
    const apart = COUNTS_APART * countMs;
    this.#nextCountAt = now + Math.max(apart, consumed > 0 ? left / consumed / 2 : apart);
    this.#isLate = left < 0;
    if (this.#isLate) return 'too late';
    return left < consumed * (apart + 2 * this.#lookMs) ? 'last moment' : 'fits';
  }
}

module.exports = { Plan };
