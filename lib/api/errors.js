'use strict';

// Errors, as objects of the caller's realm.
//
// This file is evaluated once per realm (Jest gives each test file its own), so the classes here are
// the ones the caller's `instanceof` knows; the addon is loaded once and only ever says JSON.

const util = require('node:util');
const { visible } = require('../format/text.js');
const { HeaprayError } = require('./heapray-error.js');

/**
 * @param {string} what The argument, as it is called in index.d.ts.
 * @param {string} expected Completes "must be …".
 * @param {string} [hint]
 */
function argumentError(what, expected, received, hint) {
  const shown = util.inspect(received, { depth: 0, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 3 });
  const error = new TypeError(visible(`${what} must be ${expected}, received ${shown}${hint === undefined ? '' : `; ${hint}`}`));
  error.code = 'ERR_INVALID_ARGUMENT';
  return error;
}

const closedError = () => new HeaprayError('ERR_CLOSED', 'the snapshot was closed');

/** A file that cannot be read, or written; `cause` is the system's error. */
function ioError(path, cause, doing = 'read') {
  return new HeaprayError('ERR_IO', visible(`cannot ${doing} ${path}: ${cause.message}`), { path, cause });
}

/** Texts may have names of the snapshot, and errors are printed to logs. */
function printable(failure) {
  return Object.fromEntries(Object.entries(failure).map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value]));
}

/** What the addon rejected with. */
function fromNative(error, path) {
  let failure;
  try {
    failure = JSON.parse(error.message);
  } catch {
    return new HeaprayError('ERR_INTERNAL', `a bug in heapray: ${error.message}`, { cause: error });
  }
  const { code, message, errno, writing, ...details } = printable(failure);
  if (code === 'ERR_IO' && writing !== undefined) return ioError(writing, systemError(message, errno), 'write');
  if (code === 'ERR_IO') return ioError(path, systemError(message, errno));
  if (code === 'ERR_INTERNAL') return new HeaprayError(code, `a bug in heapray, please report it: ${message}`);
  return new HeaprayError(code, message, details);
}

/** An error as Node's own file functions give: code `EISDIR`, negative errno. */
function systemError(message, errno) {
  if (errno === null) return new Error(message);
  let code;
  try {
    code = util.getSystemErrorName(-errno);
  } catch {
    // Windows numbers its errors differently; the message says it all the same.
  }
  const text = message.replace(/ \(os error \d+\)$/, '');
  return Object.assign(new Error(code ? `${code}: ${text}` : text), { code, errno: -errno });
}

/** Awaits a call of the addon. Calls that fail at once fail the same way. */
async function callNative(call, path) {
  try {
    return await call();
  } catch (error) {
    throw fromNative(error, path);
  }
}

module.exports = { HeaprayError, argumentError, closedError, ioError, callNative, fromNative };
