'use strict';

// The snapshots of one measurement, and questions about them.

const { ask } = require('./ask.js');
const { matches } = require('./names.js');
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
  #nameScripts;
  /** Source maps that were not used for the leaks, and why. @type {string[]} */
  warnings = [];

  /**
   * @param {number} iterations
   * @param {boolean} isFirst whether the first snapshot will be the first of this realm
   * @param {(leaks: object[]) => (() => void) | Promise<() => void>} nameScripts adds the names of scripts; its result moves the places that are still the same to the original files
   */
  constructor(iterations, isFirst, nameScripts) {
    this.#iterations = iterations;
    this.#isFirst = isFirst;
    this.#nameScripts = nameScripts;
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

  /**
   * The answers about each snapshot, oldest first.
   * @param {object} question
   */
  async askEach(question) {
    const answers = [];
    for (const snapshot of this.#snapshots) answers.push(await ask([snapshot], question));
    return answers;
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
    const moveToOriginals = await this.#nameScripts(leaks);
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
