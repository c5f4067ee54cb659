'use strict';

// The snapshots of a measurement of a page: rounds for the page, and for each worker or frame that lives through all of them.

const { formatAmount } = require('../format/numbers.js');
const { Rounds } = require('../testing/rounds.js');

/** Of scripts in a page only its snapshot knows. */
const nameScripts = () => () => {};

class PageRounds {
  #iterations;
  #page;
  /** By id. @type {Map<string, { name: string, rounds: Rounds }> | undefined} */
  #children;
  #skipped = [];

  constructor(iterations) {
    this.#iterations = iterations;
    this.#page = this.#newRounds();
  }

  #newRounds() {
    return new Rounds(this.#iterations, false, nameScripts);
  }

  get warnings() {
    const skipped = this.#skipped.length === 0 ? [] : [`not measured, because there are too many workers and frames: ${formatAmount(this.#skipped.length, 'other')}`];
    return [...this.#page.warnings, ...skipped];
  }

  /** @param {import('./page-heap.js').PageSnapshots} snapshots */
  add({ page, children, skipped }) {
    this.#page.add(page);
    this.#skipped = skipped;
    this.#children ??= new Map(children.map(({ id, name }) => [id, { name, rounds: this.#newRounds() }]));
    const left = new Map(this.#children);
    for (const { id, snapshot } of children) {
      if (left.delete(id)) this.#children.get(id).rounds.add(snapshot);
      else snapshot.close();
    }
    for (const [id, { rounds }] of left) {
      rounds.close();
      this.#children.delete(id);
    }
  }

  async mayLeak(options) {
    for (const rounds of this.#all()) if (await rounds.mayLeak(options)) return true;
    return false;
  }

  async leaks(options) {
    const leaks = await this.#leaksOf(this.#page, options);
    for (const { name, rounds } of this.#children.values()) {
      for (const leak of await this.#leaksOf(rounds, options)) leaks.push({ ...leak, heap: name });
    }
    return leaks;
  }

  async #leaksOf(rounds, options) {
    const leaks = [];
    for (const leak of await rounds.leaks(options)) if (!(await this.#isOfBrowser(rounds, leak))) leaks.push(leak);
    return leaks;
  }

  /**
   * Whether nothing of the page retains what grows, but the browser's own lists, such as that of requests, or handles that
   * the test has not disposed of, or arguments of `console` that the browser's library keeps for a listener.
   */
  async #isOfBrowser(rounds, { className, addedCount, path }) {
    if (addedCount.length === 0) return false;
    if (path === null) return true;
    const kept = await rounds.askEach({ ask: 'filter', filter: 'objectsRetainedByConsole', class: { exact: className }, limit: 0 });
    return addedCount.some((added, round) => added - (kept[round + 1].total - kept[round].total) < this.#iterations);
  }

  close() {
    for (const rounds of this.#all()) rounds.close();
  }

  #all() {
    return [this.#page, ...Array.from(this.#children?.values() ?? [], ({ rounds }) => rounds)];
  }
}

module.exports = { PageRounds };
