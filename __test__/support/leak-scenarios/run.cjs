'use strict';

/**
 * Runs the scenarios of one file and takes three snapshots of the process, 15 units of work apart:
 *
 *   node --expose-gc run.cjs FILE FOLDER      writes FOLDER/{first,second,third}.heapsnapshot
 *
 * A file's `units` are functions that do a unit of work each. What should be found is in expected.mjs.
 */

const path = require('node:path');
const v8 = require('node:v8');
const { setImmediate: turn } = require('node:timers/promises');

const UNITS = 15;

async function main([file, folder]) {
  const { units, close } = require(path.resolve(file));
  let done = 0;
  for (const name of ['first', 'second', 'third']) {
    for (let i = 0; i < UNITS; i += 1, done += 1) {
      for (const unit of units) await unit(done);
    }
    for (let i = 0; i < 3; i += 1) {
      await turn();
      globalThis.gc();
    }
    v8.writeHeapSnapshot(path.join(folder, `${name}.heapsnapshot`));
  }
  close?.();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
