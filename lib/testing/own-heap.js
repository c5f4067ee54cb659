'use strict';

// The heap of this process, for measurements.

const { whileTracking } = require('../capture/tracking.js');
const { isCold, takeSnapshot } = require('./capture.js');
const { Rounds } = require('./rounds.js');
const { nameScripts } = require('./scripts.js');

/** @type {import('./measure.js').Heap} */
const ownHeap = {
  isCold,
  takeSnapshot,
  whileTracking,
  rounds: (iterations, isFirst) => new Rounds(iterations, isFirst, (leaks) => nameScripts(leaks)),
};

module.exports = { ownHeap };
