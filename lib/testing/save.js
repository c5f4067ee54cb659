'use strict';

// Saves the snapshot of a failing assertion in the folder HEAPRAY_SAVE.
//
// Whether an assertion fails is known only after its snapshot was parsed, so it is parsed from the file, which is then
// renamed or removed.

const { renameSync, rmSync } = require('node:fs');
const path = require('node:path');
const { makeFolder } = require('../api/folder.js');
const { timeStamp } = require('../capture/file-names.js');
const { today } = require('./clock.js');

let files = 0;

/** A snapshot in a file that is kept on request. */
class SavedSnapshot {
  file;
  #isKept = false;

  constructor(folder) {
    makeFolder(folder);
    files += 1;
    this.file = path.resolve(folder, `${timeStamp(today())}-${process.pid}-${files}.heapsnapshot`);
  }

  /**
   * Keeps the file.
   * @param {string} what a part of its name
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

/** The file for a snapshot that may show a failure; none without HEAPRAY_SAVE. */
function toSave() {
  const folder = process.env.HEAPRAY_SAVE;
  return folder ? new SavedSnapshot(folder) : undefined;
}

module.exports = { toSave };
