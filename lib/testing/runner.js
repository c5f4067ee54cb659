'use strict';

// The exports of `heapray/<runner>`: the matchers, and functions that need no test runner.

const { assertNoLeak } = require('./assertions.js');
const { checkpoint, since } = require('./checkpoint.js');
const { collectGarbage } = require('./collect.js');
const { LeakError } = require('./errors.js');
const { makeMatchers } = require('./matchers.js');
const { track } = require('./track.js');

/** @param {import('./matchers.js').Runner} runner */
function forRunner(runner) {
  const matchers = makeMatchers(runner);
  return { assertNoLeak, checkpoint, collectGarbage, LeakError, matchers, since, track, ...matchers };
}

module.exports = { forRunner };
