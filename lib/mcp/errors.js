'use strict';

// Errors of the server. Messages have names that a client has sent: they may end in logs.

const { HeaprayError } = require('../api/errors.js');
const { formatError } = require('../format/error.js');
const { visible } = require('../format/text.js');

const make = (code) => (message, details) => new HeaprayError(code, visible(message), details);

/** An error of heapray about one file, which its message names. */
class FileError extends Error {
  name = 'FileError';

  constructor(file, cause) {
    super(cause.message, { cause });
    this.file = file;
  }
}

/** One paragraph that ends with a code. An error without a code is a bug. */
function errorText(error) {
  const { cause, file } = error instanceof FileError ? error : { cause: error };
  if (typeof cause?.code === 'string') return formatError(cause, file);
  return formatError(new HeaprayError('ERR_INTERNAL', `a bug in heapray, please report it: ${cause?.message ?? cause}`), file);
}

module.exports = {
  FileError,
  errorText,
  outsideRoot: make('ERR_OUTSIDE_ROOT'),
  notOpen: make('ERR_NOT_OPEN'),
  noSuchSuspect: make('ERR_NO_SUCH_SUSPECT'),
  noSuchClass: make('ERR_INVALID_QUERY'),
  noObjectOf: (name) => make('ERR_INVALID_QUERY')(`no object has the class ${name}: names in questions are those of the heap, see classes`),
  notSupported: make('ERR_NOT_SUPPORTED'),
};
