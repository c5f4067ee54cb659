'use strict';

// Starts watch() with settings from the environment: what is reported where.

const { FUNCTIONS } = require('../api/options/functions.js');
const { pickOptions } = require('../api/options/check.js');
const { watch } = require('../capture/watch.js');
const { visible } = require('../format/text.js');
const { chooseFolder } = require('./folder.js');
const { Reports } = require('./reports.js');
const { say, sayFailure } = require('./say.js');

/** @param {import('./settings.js').Settings} settings */
function startWatching(settings) {
  // Whoever sets a variable may not know which secrets the program has.
  return new Watching({ ...settings, redact: settings.redact ?? true });
}

class Watching {
  #settings;
  #watcher;
  /** Codes of errors that were said: with other numbers they come again and again. */
  #said = new Set();

  constructor(settings) {
    this.#settings = settings;
    this.#watchIn(chooseFolder(settings));
  }

  /** Whoever asks is told each time why there is no report. */
  async captureNow() {
    this.#said.clear();
    const watcher = this.#watcher;
    await watcher.captureNow();
    if (this.#watcher !== watcher) await this.#watcher.captureNow();
  }

  #watchIn(folder) {
    const reports = new Reports(this.#settings, folder);
    this.#watcher = watch({
      ...pickOptions(FUNCTIONS.watch, this.#settings),
      dir: folder,
      onReport: (event) => reports.tell(event),
      onError: (error) => this.#failed(error, folder),
    });
  }

  /** On a full disk, or where the folder is gone, there is still a report. */
  #failed(error, folder) {
    if (!this.#said.has(error?.code)) say(`heapray: ${visible(String(error?.message ?? error))}`);
    this.#said.add(error?.code);
    const isAboutFiles = error?.code === 'ERR_IO' || error?.syscall !== undefined;
    if (!isAboutFiles || folder === undefined) return;
    sayFailure('snapshots stay in memory from now on, and nothing is uploaded');
    this.#watcher.stop();
    this.#watchIn(undefined);
  }
}

module.exports = { startWatching };
