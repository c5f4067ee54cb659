'use strict';

// The snapshots of one measurement, and questions about them.

const { ask } = require('./ask.js');
const { matches } = require('./names.js');
const { nameScripts } = require('./scripts.js');
const { withSourceMaps } = require('../source-maps/index.js');
const { isTolerated } = require('./tolerance.js');

/**
 * Only the snapshots are kept, which are outside the JavaScript heap. Answers are not kept, because they would be in the
 * next snapshot and look like growth.
 */
class Rounds {
  #snapshots = [];
  #iterations;
  #isFirst;
  /** Source maps that were not used for the leaks, and why. @type {string[]} */
  warnings = [];

  /** @param {boolean} isFirst whether the first snapshot will be the first of this realm */
  constructor(iterations, isFirst) {
    this.#iterations = iterations;
    this.#isFirst = isFirst;
  }

  /** Adds a snapshot, which is closed with the rounds. */
  add(snapshot) {
    this.#snapshots.push(snapshot);
  }

  /** Drops the first snapshot, so that the next one is the baseline. */
  dropFirst() {
    this.#snapshots.shift().close();
    this.#isFirst = false;
  }

  /** Whether another round is needed. */
  async mayLeak({ maxGrowth }) {
    const { mayLeak } = await this.#ask({ find: 'growth', maxGrowth });
    return mayLeak;
  }

  /**
   * The leaks, without those that the test tolerates.
   * @returns {Promise<import('../../testing/index').Leak[]>}
   */
  async leaks(options) {
    const leaks = await this.#find({ find: 'leaks', classes: await this.#classes(options) }, options);
    if (leaks.length > 0 || options.maxGrowth === undefined) return leaks;
    return (await this.#ask({ find: 'heap' })).leaks.filter(({ addedBytes }) => addedBytes.every((bytes) => bytes > options.maxGrowth));
  }

  /** The classes that grew, among those that the test checks. */
  async #classes({ classes }) {
    if (classes === undefined) return undefined;
    const grown = await this.#ask({ find: 'growth' });
    return grown.classes.filter((name) => classes.some((each) => matches(each, name)));
  }

  async #find(question, options) {
    const { leaks } = await this.#ask(question);
    // An ignored name may be that of a script.
    const moveToOriginals = nameScripts(leaks);
    const last = this.#snapshots.slice(-1);
    const answer = { leaks };
    await withSourceMaps(answer, options.sourceMaps, (other) => ask(last, other), { question: { ask: 'testRounds' } });
    this.warnings = answer.warnings ?? [];
    moveToOriginals();
    return leaks.filter((leak) => !isTolerated(leak, options));
  }

  #ask(question) {
    return ask(this.#snapshots, { ask: 'testRounds', iterations: this.#iterations, isFirst: this.#isFirst, ...question });
  }

  close() {
    for (const snapshot of this.#snapshots) snapshot.close();
  }
}

module.exports = { Rounds };
