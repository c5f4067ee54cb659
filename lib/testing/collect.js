'use strict';

// Collects garbage in any process, worker or vm context, without a command-line flag.

const { collector } = require('../capture/collector.js');
const { nextTurn } = require('./clock.js');

/** Objects released by finalizers and weak references are freed by the next collection, hence several. */
const COLLECTIONS = 3;

/** One full collection. The target of a dereferenced WeakRef is alive until the event loop continues, so that comes first. */
async function collectOnce() {
  await nextTurn();
  collector()();
}

/** Frees unreachable objects and runs their finalizers. */
async function collectGarbage() {
  for (let i = 0; i < COLLECTIONS; i++) await collectOnce();
  await nextTurn();
}

module.exports = { collectGarbage, collectOnce };
