'use strict';

/** Programs that a client has attached to: left when they were not asked for some time, and at the end. */

const { attach } = require('../attach/attachment.js');

class Attachments {
  #idleMs;
  #byTarget = new Map();

  /** @param {number} idleMs milliseconds after which a program that was not asked is left */
  constructor(idleMs) {
    this.#idleMs = idleMs;
  }

  /**
   * Takes a snapshot. As long as the program is attached to, its objects keep their ids.
   * @param {string} target
   * @param {(taken: { title: string, snapshot: import('../../index').Snapshot }, before: object[]) => Promise<import('./snapshots.js').Series>} add
   * `before`: entries of the series so far
   */
  async snapshot(target, job, add) {
    const attached = this.#byTarget.get(target) ?? { opening: attach(target, { signal: job.signal }), entries: [] };
    this.#byTarget.set(target, attached);
    clearTimeout(attached.timer);
    try {
      const attachment = await attached.opening;
      const snapshot = await attachment.snapshot(job);
      const series = await add({ title: titleOf(attachment.target), snapshot }, attached.entries);
      attached.entries = series.entries;
      this.#leaveLater(target, attached);
      return series;
    } catch (error) {
      // What was taken before a call was cancelled can still be compared.
      if (job.signal?.aborted && attached.entries.length > 0) this.#leaveLater(target, attached);
      else await this.#leave(target, attached);
      throw error;
    }
  }

  async close() {
    await Promise.all([...this.#byTarget].map(([target, attached]) => this.#leave(target, attached)));
  }

  #leaveLater(target, attached) {
    attached.timer = setTimeout(() => this.#leave(target, attached), this.#idleMs).unref();
  }

  async #leave(target, attached) {
    clearTimeout(attached.timer);
    if (this.#byTarget.get(target) === attached) this.#byTarget.delete(target);
    const [opened] = await Promise.allSettled([attached.opening]);
    // A program that has ended cannot be left.
    await opened.value?.close().catch(() => {});
  }
}

const titleOf = ({ title, url }) => title || url;

module.exports = { Attachments };
