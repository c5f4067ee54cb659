'use strict';

/** The folder that a client may read files of. */

const fs = require('node:fs');
const path = require('node:path');
const { HeaprayError, ioError } = require('../api/errors.js');
const { isWithin } = require('../api/is-within.js');
const { notSupported, outsideRoot } = require('./errors.js');

class Root {
  /** The folder itself, without symbolic links. */
  folder;

  /** @param {string} folder that exists */
  constructor(folder) {
    this.folder = fs.realpathSync(folder);
  }

  /**
   * The real path of a regular file below the folder. What is outside is refused before anything says whether it exists.
   * @param {string} name absolute, or relative to the folder
   */
  file(name) {
    const wanted = path.resolve(this.folder, name);
    const real = realPath(wanted);
    if (!isWithin(this.folder, real)) throw outsideRoot(`${name} is outside of the folder that this server may read (--root ${this.folder})`);
    const stat = statOf(name, real);
    if (!stat.isFile()) throw notSupported(`${name} is not a file`);
    return real;
  }

  /** Whether a client may read a file. */
  has(name) {
    try {
      return this.file(name) !== undefined;
    } catch (error) {
      if (error instanceof HeaprayError) return false;
      throw error;
    }
  }
}

function statOf(name, file) {
  try {
    return fs.statSync(file);
  } catch (error) {
    throw ioError(name, error);
  }
}

/** Of a file that is missing, or that may not be read, the folder above it counts. */
function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    return folder === file ? file : path.join(realPath(folder), path.basename(file));
  }
}

module.exports = { Root };
