'use strict';

// Collects garbage in any process, worker or vm context, without a command-line flag.

const { collector } = require('../capture/collector.js');
const { nextTurn } = require('./clock.js');

/** Objects released by finalizers and weak references are freed by the next collection, hence several. */
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
