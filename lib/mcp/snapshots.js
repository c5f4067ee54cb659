'use strict';

/**
 * Snapshots by name, which stay open between calls. One that was not used for some time, or whose memory others need, is
 * closed, and read again when it is asked for.
 */

const fs = require('node:fs');
const path = require('node:path');
const { closedError } = require('../api/errors.js');
const { HeaprayError } = require('../api/heapray-error.js');
const { FileError, notOpen } = require('./errors.js');

/** Opened together; older ones are forgotten. */
const MAX_SERIES = 16;
/** Snapshots of a running program that are compared. */
const MAX_TAKEN = 5;

/**
 * @typedef {object} Entry
 * @property {string} name in questions: `s1`
 * @property {string} title name of the file without its folder, or of the program
 * @property {string | undefined} file of a snapshot that can be read again
 * @property {string} version tells whether the file is the same
 * @property {import('../../index').Snapshot | undefined} snapshot while it is open
 * @property {number} users calls that need it now
 * @property {number} usedAt
 *
 * @typedef {object} Series snapshots that were opened together, oldest first
 * @property {Entry[]} entries
 * @property {import('../../index').Report} report
 */

class Snapshots {
  #open;
  #maxMemory;
  #idleMs;
  /** @type {Series[]} the last opened is last */
  #series = [];
  #last = 0;
  #turn = Promise.resolve();
  #timer;
  #isClosed = false;

  /**
   * @param {object} options
   * @param {(file: string, job: object) => Promise<import('../../index').Snapshot>} options.open
   * @param {number} options.maxMemory bytes that open snapshots may hold between calls
   * @param {number} options.idleMs milliseconds after which an unused snapshot is closed
   */
  constructor({ open, maxMemory, idleMs }) {
    this.#open = open;
    this.#maxMemory = maxMemory;
    this.#idleMs = idleMs;
  }

  /**
   * Opens files that belong together.
   * @param {string[]} files real paths
   * @param {(snapshots: import('../../index').Snapshot[]) => Promise<import('../../index').Report>} reportOn
   * @returns {Promise<Series>}
   */
  async openSeries(files, job, reportOn) {
    const entries = files.map((file) => entryOf(path.basename(file), { file, version: versionOf(file) }));
    return this.#addSeries(entries, entries, job, reportOn);
  }

  /**
   * Adds a snapshot of a running program to those taken before, as far as they are open.
   * @param {{ title: string, snapshot: import('../../index').Snapshot }} taken
   * @param {Entry[]} before
   * @returns {Promise<Series>}
   */
  async addTaken({ title, snapshot }, before, job, reportOn) {
    const entry = entryOf(title, { snapshot });
    const entries = [...before.filter((each) => each.snapshot !== undefined), entry].slice(-MAX_TAKEN);
    return this.#addSeries(entries, [entry], job, reportOn);
  }

  /** The series with the snapshot of this name, by default the last opened. */
  series(name) {
    const found = this.#series.findLast(({ entries }) => name === undefined || entries.some((entry) => entry.name === name));
    if (found !== undefined) return found;
    throw notOpen(name === undefined ? 'no snapshot is open: call open first' : `no snapshot is called ${name}; open are ${this.#names()}`);
  }

  /** The snapshot of this name, by default the newest of the last opened. */
  entry(name) {
    const { entries } = this.series(name);
    return entries.find((entry) => entry.name === name) ?? entries.at(-1);
  }

  /**
   * Calls `work` with the snapshots, which stay open until it ends.
   * @template T
   * @param {Entry[]} entries
   * @param {(snapshots: import('../../index').Snapshot[]) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async use(entries, job, work) {
    for (const entry of entries) entry.users += 1;
    try {
      const snapshots = [];
      for (const entry of entries) snapshots.push(await this.#opened(entry, job));
      return await work(snapshots);
    } finally {
      for (const entry of entries) {
        entry.users -= 1;
        entry.usedAt = Date.now();
      }
      this.#trim();
    }
  }

  /** Frees all memory. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { entries } of this.#series.splice(0)) entries.forEach(release);
  }

  /** Bytes of native memory that open snapshots hold. */
  get bytes() {
    return this.#entries().reduce((sum, { snapshot }) => sum + (snapshot?.nativeBytes ?? 0), 0);
  }

  /** One file is read at a time, so that no two calls read the same. */
  async #opened(entry, job) {
    const turn = this.#turn.then(() => this.#load(entry, job));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #load(entry, job) {
    if (this.#isClosed) throw closedError();
    if (entry.snapshot !== undefined) return entry.snapshot;
    if (entry.file === undefined) throw new HeaprayError('ERR_CLOSED', `${entry.name} was closed, and was taken of a running program: open that again`);
    if (versionOf(entry.file) !== entry.version) throw new HeaprayError('ERR_CLOSED', `${entry.name} was closed, and its file has changed since: open it again`);
    try {
      entry.snapshot = await this.#open(entry.file, job);
    } catch (error) {
      if (job.signal?.aborted) throw error;
      throw new FileError(entry.title, error);
    }
    return entry.snapshot;
  }

  /** @param {Entry[]} added those that are closed if there is no report */
  async #addSeries(entries, added, job, reportOn) {
    try {
      const report = await this.use(entries, job, reportOn);
      const series = { entries: report.order.map((position) => entries[position]), report };
      for (const entry of series.entries) entry.name ||= `s${++this.#last}`;
      this.#series.push(series);
      this.#forget(this.#series.splice(0, Math.max(0, this.#series.length - MAX_SERIES)));
      this.#trim();
      return series;
    } catch (error) {
      for (const entry of added) release(entry);
      throw error;
    }
  }

  #forget(series) {
    const kept = new Set(this.#entries());
    for (const entry of series.flatMap(({ entries }) => entries)) if (!kept.has(entry)) release(entry);
  }

  /** Closes what was not used for long, then what was not used for longest, until the rest fits. */
  #trim() {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const now = Date.now();
    const unused = this.#entries().filter(({ snapshot, users }) => snapshot !== undefined && users === 0).sort((a, b) => a.usedAt - b.usedAt);
    for (const entry of unused) {
      if (now - entry.usedAt >= this.#idleMs || this.bytes > this.#maxMemory) release(entry);
    }
    const next = unused.find(({ snapshot }) => snapshot !== undefined);
    if (next !== undefined) this.#timer = setTimeout(() => this.#trim(), next.usedAt + this.#idleMs - now).unref();
  }

  #entries() {
    return [...new Set(this.#series.flatMap(({ entries }) => entries))];
  }

  #names() {
    return this.#entries().map(({ name }) => name).join(', ') || 'none';
  }
}

/** @returns {Entry} */
function entryOf(title, rest) {
  return { name: '', title, file: undefined, version: '', snapshot: undefined, users: 0, usedAt: 0, ...rest };
}

function release(entry) {
  entry.snapshot?.close();
  entry.snapshot = undefined;
}

/** Missing files are reported when they are read. */
function versionOf(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.size} ${stat.mtimeMs} ${stat.ino}`;
}

module.exports = { Snapshots };
