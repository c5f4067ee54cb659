'use strict';

/** What tools are given: the snapshots of one client, and questions about them. */

const { checkOptions } = require('../api/options/check.js');
const { fieldsOf } = require('../api/options/questions.js');
const { Snapshot } = require('../api/snapshot.js');
const { parse, report } = require('../api/verbs.js');
const { readArguments } = require('./arguments.js');
const { Attachments } = require('./attachments.js');
const { Code } = require('./code.js');
const { Root } = require('./root.js');
const { Snapshots } = require('./snapshots.js');

/**
 * @typedef {object} Context of one call
 * @property {Root} root
 * @property {Snapshots} snapshots
 * @property {Code} code
 * @property {{ showStrings: boolean }} shown
 * @property {(files: string[]) => Promise<import('./snapshots.js').Series>} open
 * @property {(target: string) => Promise<import('./snapshots.js').Series>} attach takes a snapshot of a running program
 * @property {(snapshots: (string | undefined)[], ask: string, options: object, speaking?: object) => Promise<any>} ask
 * a question by its name in the protocol; `undefined` is the newest snapshot
 */

class Session {
  #root;
  #code;
  #snapshots;
  #attachments;
  #shown;
  #sourceMaps;

  /** @param {{ root: string, maxMemory: number, idleMs: number, showStrings: boolean, sourceMaps: string }} options */
  constructor({ root, maxMemory, idleMs, showStrings, sourceMaps }) {
    this.#root = new Root(root);
    this.#code = new Code(this.#root);
    this.#snapshots = new Snapshots({ open: parse, maxMemory, idleMs });
    this.#attachments = new Attachments(idleMs);
    this.#shown = { showStrings };
    this.#sourceMaps = sourceMaps;
  }

  /**
   * @param {import('./tools/index.js').Tool} tool
   * @param {object} [given] arguments, unchecked
   * @param {import('../../index').JobOptions} job
   * @returns {Promise<string>} the answer
   */
  async call(tool, given, job) {
    return tool.run(readArguments(tool.arguments, given), this.#context(job));
  }

  async close() {
    this.#snapshots.close();
    await this.#attachments.close();
  }

  /** With lines of code, but only of files below the folder: snapshots may name any file. */
  async #report(opened, options) {
    const answer = await report(opened, { ...options, code: true });
    for (const row of [...answer.suspects, ...answer.inconclusive]) {
      if (row.code !== undefined && !this.#root.has(row.code.script)) delete row.code;
    }
    return answer;
  }

  /** @returns {Context} */
  #context(job) {
    const speaking = { ...this.#shown, sourceMaps: this.#sourceMaps };
    const reportOn = (opened) => this.#report(opened, { ...job, ...speaking });
    return {
      root: this.#root,
      code: this.#code,
      snapshots: this.#snapshots,
      shown: this.#shown,
      open: (files) => this.#snapshots.openSeries(files, job, reportOn),
      attach: (target) => this.#attachments.snapshot(target, job, (taken, before) => this.#snapshots.addTaken(taken, before, job, reportOn)),
      ask: (names, ask, options, spoken = speaking) => {
        const entries = names.map((name) => this.#snapshots.entry(name));
        const { sourceMaps, ...question } = checkOptions('arguments', fieldsOf(ask), { ...options, ...spoken });
        return this.#snapshots.use(entries, job, (opened) => Snapshot.run(opened, job, (running) => Snapshot.askMapped(running, opened, { ask, ...question }, sourceMaps)));
      },
    };
  }
}

module.exports = { Session };
