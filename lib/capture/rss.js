'use strict';

// Measures resident memory before, at its peak and after.

const { setInterval, clearInterval } = require('node:timers');

const INTERVAL_MS = 5;

const rss = () => process.memoryUsage.rss();
/** The process's peak since it started, in bytes, as the system records it. */
const mostEver = () => process.resourceUsage().maxRSS * 1024;

class RssWatch {
  before = rss();
  #most = this.before;
  #mostEver = mostEver();
  #timer = setInterval(() => this.look(), INTERVAL_MS).unref();

  /** Where the timer cannot run, because V8 holds the thread, this is called instead. */
  look() {
    this.#most = Math.max(this.#most, rss());
  }

  stop() {
    clearInterval(this.#timer);
    this.look();
    // A new record was set within the time watched, and is exact.
    const record = mostEver();
    const peak = record > this.#mostEver ? record : this.#most;
    return { before: this.before, peak, after: rss() };
  }
}

module.exports = { RssWatch };
