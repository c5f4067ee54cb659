'use strict';

// A test runner → what `heapray/<runner>` exports: the matchers, and what needs no runner.

const { makeMatchers } = require('./matchers.js');
const { assertNoLeak, checkpoint, collectGarbage, LeakError, since, track } = require('../../testing.js');

/** @param {import('./matchers.js').Runner} runner */
function forRunner(runner) {
  const matchers = makeMatchers(runner);
  return { assertNoLeak, checkpoint, collectGarbage, LeakError, matchers, since, track, ...matchers };
}

module.exports = { forRunner };
