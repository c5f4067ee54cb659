'use strict';

// Garbage → gone, in any process, worker or vm context, without a flag on the command line.

const v8 = require('node:v8');
const vm = require('node:vm');
const { nextTurn } = require('./clock.js');

/** What finalizers and weak references let go of goes with the next collection, hence more than one. */
const COLLECTIONS = 3;

let collect;

/** V8's `gc` function. It is made for contexts that begin while the flag is set; ours ends there. */
function collector() {
  if (collect === undefined) {
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext('gc');
  }
  return collect;
}

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
