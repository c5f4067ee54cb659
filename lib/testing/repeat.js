'use strict';

// Calls a function under test repeatedly, one call after the other.

/**
 * Calls `fn` `times` times. What it throws or rejects with is the caller's.
 * @param {Function} fn one that takes an argument is given `done`, as test runners do
 * @param {AbortSignal | { aborted: boolean }} end no call begins any more once it is aborted
 */
async function repeat(fn, times, end) {
  for (let i = 0; i < times && !end.aborted; i++) {
    const result = fn.length > 0 ? withCallback(fn) : fn();
    // Awaiting what is no promise would make a promise for each call of a function that makes none.
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
