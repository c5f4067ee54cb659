'use strict';

// Saves the snapshot of a failing assertion in the folder that HEAPRAY_SAVE names.
//
// Whether an assertion fails is known when its snapshot has been read, so it is read from the file,
// which gets its name, or goes, afterwards.

const { mkdirSync, renameSync, rmSync } = require('node:fs');
const path = require('node:path');
const { today } = require('./clock.js');

let files = 0;

/** A snapshot in a file that stays if it is wanted. */
class SavedSnapshot {
  file;
  #isKept = false;

  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    const when = new Date(today()).toISOString().replace(/[:.]/g, '-');
    files += 1;
    this.file = path.resolve(folder, `${when}-${process.pid}-${files}.heapsnapshot`);
  }

  /**
   * Keeps the file.
   * @param {string} what goes into its name
   * @returns {string} the file
   */
  keep(what) {
    const label = what.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'heap';
    const named = path.join(path.dirname(this.file), `${label}-${path.basename(this.file)}`);
    renameSync(this.file, named);
    this.#isKept = true;
    return named;
  }

  close() {
    if (!this.#isKept) rmSync(this.file, { force: true });
  }
}

/** Where to write a snapshot that may show a failure; nowhere without HEAPRAY_SAVE. */
function toSave() {
  const folder = process.env.HEAPRAY_SAVE;
  return folder ? new SavedSnapshot(folder) : undefined;
}

module.exports = { toSave };
