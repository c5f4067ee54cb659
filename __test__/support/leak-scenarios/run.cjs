'use strict';

/**
 * Runs units of work of one or more files and takes three snapshots of the process:
 *
 *   node --expose-gc run.cjs FOLDER TIMES FILE[#1,4]…    writes FOLDER/{first,second,third}.heapsnapshot
 *
 * Before each snapshot every unit is run TIMES times. A file's `units` are functions that do a unit of work each;
 * `#` selects some by their positions. The expected leaks are in expected.mjs.
 */

const path = require('node:path');
const v8 = require('node:v8');
const { setImmediate: turn } = require('node:timers/promises');

function load(argument) {
  const [file, wanted] = argument.split('#');
  const { units, close = () => {} } = require(path.resolve(file));
  const positions = wanted === undefined ? units.keys() : wanted.split(',').map(Number);
  return { units: Array.from(positions, (at) => units[at]), close };
}

async function main([folder, times, ...files]) {
  const programs = files.map(load);
  let done = 0;
  for (const name of ['first', 'second', 'third']) {
    for (let i = 0; i < times; i += 1, done += 1) {
      for (const unit of programs.flatMap(({ units }) => units)) await unit(done);
    }
    for (let i = 0; i < 3; i += 1) {
      await turn();
      globalThis.gc();
    }
    v8.writeHeapSnapshot(path.join(folder, `${name}.heapsnapshot`));
  }
  for (const { close } of programs) close();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
