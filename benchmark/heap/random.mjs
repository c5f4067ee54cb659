// Random numbers from a seed, for the same heap in every run.

const SYLLABLES = ['ba', 'cor', 'del', 'en', 'fi', 'gra', 'hol', 'in', 'ja', 'kel', 'lo', 'mer', 'na', 'or', 'pre', 'qui', 'ra', 'sen', 'ti', 'ur', 'ver', 'wi', 'xe', 'yo', 'zan'];

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, but not including, 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit) {
    return Math.floor(this.next() * limit);
  }

  /** An integer from `least` to `most`. */
  between(least, most) {
    return least + this.below(most - least + 1);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(choices) {
    return choices[this.below(choices.length)];
  }

  /** A pronounceable word. A new string each time, so that equal words are duplicates in the heap. */
  word(syllables = this.between(2, 3)) {
    const parts = Array.from({ length: syllables }, () => this.pick(SYLLABLES));
    return parts.join('');
  }

  /** A word of which few are common and most are rare, as names in programs. */
  name() {
    const rank = Math.floor(1 / (this.next() + 0.0005));
    return `${SYLLABLES[rank % SYLLABLES.length]}${SYLLABLES[(rank >> 4) % SYLLABLES.length]}${rank % 97}`;
  }

  sentence(words) {
    return Array.from({ length: words }, () => this.word()).join(' ');
  }

  hex(digits) {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join('');
  }
}
