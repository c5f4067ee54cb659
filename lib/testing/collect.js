'use strict';

// Garbage → gone, in any process, worker or vm context, without a flag on the command line.

const { collector } = require('../capture/collector.js');
const { nextTurn } = require('./clock.js');

/** What finalizers and weak references let go of goes with the next collection, hence more than one. */
const COLLECTIONS = 3;

/** One full collection. What a WeakRef has given out is alive until the turn of the event loop ends, so a turn ends first. */
async function collectOnce() {
  await nextTurn();
  collector()();
}

/** Frees what nothing holds any more, and runs the finalizers of it. */
async function collectGarbage() {
  for (let i = 0; i < COLLECTIONS; i++) await collectOnce();
  await nextTurn();
}

module.exports = { collectGarbage, collectOnce };
