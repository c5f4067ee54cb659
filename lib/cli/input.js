'use strict';

/** Opens FILE arguments one after the other; errors name the file they belong to. */

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

/** Parses and analyses one file. */
async function openSnapshot(api, file, job) {
  try {
    return await api.parse(sourceOf(file), job);
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

module.exports = { checkFiles, displayName, isAboutTheFile, openSnapshot, sourceOf, titleOf };
