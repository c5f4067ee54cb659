'use strict';

/** Opens FILE arguments one after the other; errors name the file they belong to. */

const path = require('node:path');
const { InputError, QUESTION_CODES, UsageError } = require('./errors.js');

const STDIN = '-';

/** Said before anything is read: standard input can be read once, and not from a keyboard. */
function checkFiles(files) {
  if (files.filter((file) => file === STDIN).length > 1) throw new UsageError("standard input ('-') can be read only once");
  if (files.includes(STDIN) && process.stdin.isTTY) throw new UsageError("'-' reads a snapshot from standard input, but standard input is a terminal");
}

/** What the API reads for a FILE argument. */
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

/** What an error calls the file: as it was typed. */
function displayName(file) {
  return file === STDIN ? 'standard input' : file;
}

/** What a report calls the snapshot: without its folder, which differs between machines. */
function titleOf(file) {
  return file === STDIN ? 'standard input' : path.basename(file);
}

module.exports = { checkFiles, displayName, isAboutTheFile, openSnapshot, sourceOf, titleOf };
