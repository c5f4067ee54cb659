'use strict';

// The snapshots of a measurement of a page: rounds for the page, and for each worker or frame that lives through all of them.

const { HeapRounds } = require('./heap-rounds.js');

class PageRounds {
  #iterations;
  #page;
  /** By id. @type {Map<string, { name: string, rounds: HeapRounds }> | undefined} */
  #children;
  #skipped = [];

  constructor(iterations, session) {
    this.#iterations = iterations;
    this.#page = new HeapRounds(iterations, session);
  }

  get warnings() {
    return [...this.#page.warnings, ...skippedWarnings(this.#skipped)];
  }

  /** @param {import('./page-heap.js').PageSnapshots} snapshots */
  add({ page, children, skipped }) {
    this.#page.add(page);
    this.#skipped = skipped;
    this.#children ??= new Map(children.map(({ id, name, session }) => [id, { name, rounds: new HeapRounds(this.#iterations, session) }]));
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
    const leaks = await this.#page.leaks(options);
    for (const { name, rounds } of this.#children.values()) {
      for (const leak of await rounds.leaks(options)) leaks.push({ ...leak, heap: name });
    }
    return leaks;
  }

  close() {
    for (const rounds of this.#all()) rounds.close();
  }

  #all() {
    return [this.#page, ...Array.from(this.#children?.values() ?? [], ({ rounds }) => rounds)];
  }
}

/** @param {string[]} skipped names of workers and frames */
const skippedWarnings = (skipped) => (skipped.length === 0 ? [] : [`too many workers and frames to look at: ${skipped.length} were left out, such as ${skipped[0]}`]);

module.exports = { PageRounds, skippedWarnings };
