'use strict';

// The last snapshots of a watched process, up to a number: files in a folder, or snapshots in native memory.

const { readdir, rm } = require('node:fs/promises');
const path = require('node:path');
const native = require('../addon/load.js');
const { makeFolder } = require('../api/folder.js');
const { isRunning } = require('../api/is-running.js');
const { checkMayWrite } = require('../api/permission.js');
const { BEGINNING, nameNow, oldestFirst } = require('./file-names.js');

const ENDING = '.heapsnapshot.gz';

class Kept {
  #entries = [];
  #most;
  #folder;

  /** @param {{ keep: number, dir?: string }} options */
  constructor({ keep, dir }) {
    this.#most = keep;
    this.#folder = dir;
  }

  /** Where the next snapshot is to be written, or `undefined` for one kept in memory. */
  async nextFile() {
    if (this.#folder === undefined) return undefined;
    checkMayWrite(this.#folder);
    makeFolder(this.#folder);
    return path.join(this.#folder, `${nameNow()}${ENDING}`);
  }

  /** Adds the newest and removes the oldest when there are too many. */
  async add(snapshot) {
    const { file } = snapshot.capture;
    this.#entries.push({ file, source: file ?? snapshot, bytes: snapshot.nativeBytes, memory: snapshot.memory });
    while (this.#entries.length > this.#most) await this.#drop(this.#entries.shift());
    if (this.#folder !== undefined) await this.#sweep();
  }

  async #drop({ file, source }) {
    if (file === null) source.close();
    else await rm(file, { force: true });
  }

  /** Earlier processes of a service that is restarted again and again leave files too: of all, twice the number are kept. */
  async #sweep() {
    // And what they were writing when they were killed, each under another name.
    native.removeStaleFiles(this.#folder, BEGINNING, ENDING);
    const own = new Set(this.#entries.map(({ file }) => path.basename(file)));
    const left = oldestFirst(await readdir(this.#folder), [ENDING]).filter(({ name, pid }) => !own.has(name) && !isOfAnother(pid));
    for (const { name } of left.slice(0, Math.max(0, left.length - this.#most))) await rm(path.join(this.#folder, name), { force: true });
  }

  /** Oldest first. */
  get sources() {
    return this.#entries.map(({ source }) => source);
  }

  /** Numbers of the process at the time, which files do not have. */
  get memory() {
    return this.#entries.map(({ memory }) => memory);
  }

  get files() {
    return this.#entries.flatMap(({ file }) => file ?? []);
  }

  /** The memory that it takes to have all files parsed at once. */
  get bytesToOpen() {
    return this.#entries.reduce((sum, { file, bytes }) => sum + (file === null ? 0 : bytes), 0);
  }

  /** Frees what is in memory; files stay. */
  close() {
    for (const { file, source } of this.#entries) if (file === null) source.close();
    this.#entries = [];
  }
}

/** Whether a process that runs beside this one has written a file, and may compare it yet. */
const isOfAnother = (pid) => pid !== process.pid && isRunning(pid);

module.exports = { Kept };
