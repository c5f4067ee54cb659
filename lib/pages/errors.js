'use strict';

/** Nothing can be measured as asked: no library, no browser, a file that is no scenario, no link to click. */
class SetupError extends Error {
  name = 'SetupError';
}

module.exports = { SetupError };
