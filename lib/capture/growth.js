'use strict';

// Decides from samples whether memory grows and stays grown.
//
// The heap in use is a sawtooth: garbage makes it rise and collections make it fall. A leak lifts the lowest
// points. So the lowest sample of each window counts, and growth persists when it rose in several windows in a row.

class Growth {
  #windowSamples;
  #windows;
  #minBytes;
  #lows = [];
  #low = Infinity;
  #count = 0;

  /** @param {{ windowSamples: number, windows: number, minBytes: number }} options */
  constructor({ windowSamples, windows, minBytes }) {
    this.#windowSamples = windowSamples;
    this.#windows = windows;
    this.#minBytes = minBytes;
  }

  /** Whether growth persists, with this sample. */
  add(bytes) {
    this.#low = Math.min(this.#low, bytes);
    this.#count += 1;
    if (this.#count < this.#windowSamples) return false;
    this.#lows.push(this.#low);
    [this.#low, this.#count] = [Infinity, 0];
    // One more low than rises between them.
    if (this.#lows.length > this.#windows + 1) this.#lows.shift();
    return this.#lows.length === this.#windows + 1 && this.#rises();
  }

  #rises() {
    const grown = this.#lows.at(-1) - this.#lows[0];
    return grown >= this.#minBytes && this.#lows.every((low, i) => i === 0 || low > this.#lows[i - 1]);
  }

  /** Starts again from the last low. */
  restart() {
    this.#lows = this.#lows.slice(-1);
  }
}

module.exports = { Growth };
