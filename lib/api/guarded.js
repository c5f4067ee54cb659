'use strict';

/**
 * Calls a function of the user's, which may throw, or return a promise that rejects.
 * @param {() => unknown} call
 * @param {(error: unknown) => void} failed
 */
function callGuarded(call, failed) {
  try {
    Promise.resolve(call()).catch(failed);
  } catch (error) {
    failed(error);
  }
}

module.exports = { callGuarded };
