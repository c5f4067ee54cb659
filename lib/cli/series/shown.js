'use strict';

/** What a series tells on stderr while it runs: a line for each snapshot, and on a terminal one that changes. */

const { formatAmount, formatBytes } = require('../../format/numbers.js');
const { progressText } = require('../../format/progress.js');
const { visible } = require('../../format/text.js');
const { createProgressLine } = require('../terminal.js');

class Shown {
  #stream;
  #line;
  #attachment;
  #number = 1;
  #suspected = '';

  /** @param {number} count Snapshots, at most. */
  constructor(count, { stderr, env }) {
    this.count = count;
    this.#stream = stderr;
    this.#line = createProgressLine(stderr, env);
  }

  begin(attachment) {
    this.#attachment = attachment;
    const { kind, title, pid, version } = attachment.target;
    this.say(`attached to ${[kind, `'${title}'`, pid === null ? '' : `process ${pid}`, version ?? ''].filter(Boolean).join(', ')}`);
  }

  /** A line that stays. */
  say(text) {
    this.#line.clear();
    this.#stream.write(`heapray: ${visible(text)}\n`);
  }

  /** A line that waits for an answer. */
  ask(text) {
    this.say(`${text}${this.#suspected}`);
  }

  /** A line that is replaced by the next, on a terminal. */
  note(text) {
    this.#line.show(visible(text));
  }

  progress(state) {
    this.note(`snapshot ${this.#number} of ${this.count}: ${progressText(state)}`);
  }

  /** @param {number} seconds Until the next snapshot. */
  async waiting(seconds) {
    if (!this.#line.isLive) return this.#attachment.memory();
    const { heapUsed, rss } = await this.#attachment.memory();
    const resident = rss === null ? '' : `, resident ${formatBytes(rss)}`;
    this.note(`snapshot ${this.#number} of ${this.count} in ${seconds} s; heap ${formatBytes(heapUsed)}${resident}${this.#suspected}`);
  }

  /**
   * @param {import('../../../index').Snapshot[]} snapshots
   * @param {import('../../../index').Report | null} report On them, from the second on.
   */
  snapshot(snapshots, report) {
    const { totalSize, nodeCount, capture } = snapshots.at(-1);
    const [first, ...others] = report?.suspects ?? [];
    this.#suspected = first ? `; suspected: ${first.className}, ${formatAmount(first.count, 'object')}${others.length > 0 ? `, and ${others.length} more` : ''}` : '';
    const nothing = report && !first ? '; nothing suspected' : '';
    const saved = capture.file === null ? '' : `, ${capture.file}`;
    this.say(`snapshot ${this.#number} of ${this.count}: ${formatBytes(totalSize)} in ${formatAmount(nodeCount, 'object')}, target stopped for ${(capture.pauseMs / 1000).toFixed(1)} s${saved}${this.#suspected}${nothing}`);
    this.#number += 1;
  }

  end() {
    this.#line.clear();
  }
}

module.exports = { Shown };
