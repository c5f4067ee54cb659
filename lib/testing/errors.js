'use strict';

// The errors of assertions outside of `expect`.

const { HeaprayError } = require('../api/errors.js');

/** Something leaks, grew, or is still there. */
class LeakError extends HeaprayError {
  /**
   * @param {string} message
   * @param {object[]} [leaks]
   */
  constructor(message, leaks = []) {
    super('ERR_LEAK', message);
    this.leaks = leaks;
  }

  get name() {
    return 'LeakError';
  }
}

/** The measurement would not have ended in time, so there is no result. */
function timeoutError(message) {
  return new HeaprayError('ERR_TIMEOUT', message);
}

module.exports = { LeakError, timeoutError };
