'use strict';

// The error of heapray, for Node.js and for the browser: nothing here needs either.

/** Every error heapray itself makes, except TypeErrors for bad arguments. */
class HeaprayError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{ section?: string, offset?: number, expected?: string, found?: string, path?: string, cause?: unknown }} [details]
   */
  constructor(code, message, { cause, ...details } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined && value !== null) this[name] = value;
    }
  }

  get name() {
    return 'HeaprayError';
  }
}

module.exports = { HeaprayError };
