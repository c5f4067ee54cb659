'use strict';

/** Opens FILE arguments one after the other; errors name the file they belong to. */

const fs = require('node:fs');
const path = require('node:path');
const { InputError, QUESTION_CODES, UsageError } = require('./errors.js');

const STDIN = '-';

/** Checked before anything is read: standard input can be read once, and not from a terminal. */
function checkFiles(files) {
  if (files.filter((file) => file === STDIN).length > 1) throw new UsageError("standard input ('-') can be read only once");
  if (files.includes(STDIN) && process.stdin.isTTY) throw new UsageError("'-' reads a snapshot from standard input, but standard input is a terminal");
}

/** The API's source for a FILE argument. */
function sourceOf(file) {
  return file === STDIN ? process.stdin : path.resolve(file);
}

/** The same snapshot given twice would show no growth. */
function checkTwice(files, noun = 'snapshots') {
  const found = files.filter((file) => fs.existsSync(file));
  const paths = found.map((file) => fs.realpathSync(file));
  const twice = paths.findIndex((file, at) => paths.indexOf(file) !== at);
  if (twice !== -1) throw new UsageError(`${found[twice]} is given twice: a series needs ${noun} taken one after the other`);
}

/**
 * Parses and analyses one file.
 * @param {typeof import('../../index').parse} open
 */
async function openSnapshot(file, job, open) {
  try {
    return await open(sourceOf(file), job);
  } catch (error) {
    if (job.signal.aborted || QUESTION_CODES.has(error.code) || !isAboutTheFile(error)) throw error;
    throw new InputError(displayName(file), error);
  }
}

/** Errors with a code are heapray's or the system's; others are bugs and keep their stack. */
function isAboutTheFile(error) {
  return error instanceof Error && typeof error.code === 'string' && error.code !== 'ERR_INTERNAL';
}

/** The name of the file in errors: as it was typed. */
function displayName(file) {
  return file === STDIN ? 'standard input' : file;
}

/** The name of the snapshot in reports: without its folder, which differs between machines. */
function titleOf(file) {
  return file === STDIN ? 'standard input' : path.basename(file);
}

module.exports = { checkFiles, checkTwice, displayName, isAboutTheFile, openSnapshot, sourceOf, titleOf };
