'use strict';

// Calls a function under test repeatedly, one call after the other.

/**
 * Calls `fn` `times` times. Its errors are passed on.
 * @param {Function} fn if it takes an argument, that is `done`, as in test runners
 * @param {AbortSignal | { aborted: boolean }} end once it is aborted, no further call is made
 */
async function repeat(fn, times, end) {
  for (let i = 0; i < times && !end.aborted; i++) {
    const result = fn.length > 0 ? withCallback(fn) : fn();
    // Awaiting other values would create a promise for each call of a function that returns none.
    if (typeof result?.then === 'function') await result;
  }
}

async function withCallback(fn) {
  let done;
  const called = new Promise((resolve, reject) => {
    done = (error) => (error === undefined || error === null ? resolve() : reject(error));
  });
  const result = fn(done);
  if (typeof result?.then !== 'function') return called;
  for (const promise of [called, result]) promise.then(undefined, () => {});
  throw new TypeError('the function takes `done` and returns a promise: it can only be one of the two');
}

module.exports = { repeat };
