'use strict';

/** Maps errors to messages on stderr and exit codes. */

const { formatError } = require('../format/error.js');
const { visible } = require('../format/text.js');

const EXIT = {
  OK: 0,
  THRESHOLD_EXCEEDED: 1,
  USAGE: 2,
  UNREADABLE_INPUT: 3,
  /** EX_SOFTWARE: a bug in heapray, or an installation without its addon. */
  BROKEN: 70,
};

/** Invalid usage of the command line. */
class UsageError extends Error {
  name = 'UsageError';
}

/** The output could not be written. */
class OutputError extends Error {
  name = 'OutputError';
}

/** One of the inputs could not be read or analysed. */
class InputError extends Error {
  name = 'InputError';

  constructor(file, cause) {
    super(cause.message, { cause });
    this.file = file;
  }
}

/** Ctrl-C or a request to end. */
class Interrupted extends Error {
  name = 'Interrupted';

  /** By convention 128 and the number of the signal. */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.exitCode = signal === 'SIGTERM' ? 143 : 130;
  }
}

/** Errors of the API about the question, not about the file. */
const QUESTION_CODES = new Set(['ERR_INVALID_QUERY', 'ERR_INVALID_ARGUMENT', 'ERR_NO_SUCH_NODE']);

/** Errors of the API that say the input is too much for this machine, also where a question notices. */
const SIZE_CODES = new Set(['ERR_OUT_OF_MEMORY', 'ERR_TOO_LARGE']);

/** @returns {{ code: number, message: string | null }} `null` for no message */
function outcomeOf(error) {
  if (error instanceof Interrupted) return { code: error.exitCode, message: null };
  if (error instanceof UsageError || error instanceof OutputError) return { code: EXIT.USAGE, message: visible(error.message) };
  if (error instanceof InputError) return { code: EXIT.UNREADABLE_INPUT, message: formatError(error.cause, error.file) };
  if (SIZE_CODES.has(error.code)) return { code: EXIT.UNREADABLE_INPUT, message: formatError(error) };
  if (QUESTION_CODES.has(error.code)) return { code: EXIT.USAGE, message: formatError(error) };
  return { code: EXIT.BROKEN, message: bugReport(error) };
}

function bugReport(error) {
  const trace = String(error?.stack ?? error).split('\n').map(visible).join('\n');
  const cause = error?.cause instanceof Error ? `\ncaused by ${visible(String(error.cause.message))}` : '';
  return `${trace}${cause}`;
}

module.exports = { EXIT, UsageError, OutputError, InputError, Interrupted, QUESTION_CODES, outcomeOf };
