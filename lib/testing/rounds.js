'use strict';

// The snapshots of one measurement, and what the addon says of them.

const { ask } = require('./ask.js');
const { matches } = require('./names.js');
const { nameScripts } = require('./scripts.js');
const { isTolerated } = require('./tolerance.js');

/**
 * Only the snapshots are kept, and they are not in the JavaScript heap: what they say is asked anew each time, or it
 * would be in the next snapshot and look like growth.
 */
class Rounds {
  #snapshots = [];
  #iterations;
  #isFirst;

  /** @param {boolean} isFirst whether the first snapshot will be the first of this realm */
  constructor(iterations, isFirst) {
    this.#iterations = iterations;
    this.#isFirst = isFirst;
  }

  /** Takes over the snapshot. */
  add(snapshot) {
    this.#snapshots.push(snapshot);
  }

  /** Forgets the first snapshot: the next is what the rounds are compared with. */
  dropFirst() {
    this.#snapshots.shift().close();
    this.#isFirst = false;
  }

  /** Whether another round is worth its cost. */
  async mayLeak({ maxGrowth }) {
    const { mayLeak } = await this.#ask({ find: 'growth', maxGrowth });
    return mayLeak;
  }

  /**
   * What leaks, less what the test tolerates.
   * @returns {Promise<import('../../testing/index').Leak[]>}
   */
  async leaks(options) {
    const leaks = await this.#find({ find: 'leaks', classes: await this.#classes(options) }, options);
    if (leaks.length > 0 || options.maxGrowth === undefined) return leaks;
    return (await this.#ask({ find: 'heap' })).leaks.filter(({ addedBytes }) => addedBytes.every((bytes) => bytes > options.maxGrowth));
  }

  /** The classes that grew among those that the test asks about. */
  async #classes({ classes }) {
    if (classes === undefined) return undefined;
    const grown = await this.#ask({ find: 'growth' });
    return grown.classes.filter((name) => classes.some((each) => matches(each, name)));
  }

  async #find(question, options) {
    const { leaks } = await this.#ask(question);
    // What is ignored may be a script.
    nameScripts(leaks);
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
