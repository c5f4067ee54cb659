'use strict';

/** `heapray closures FILE` */

const { formatDeadVariables } = require('../../format/dead-variables.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT } = require('../options.js');
const { run } = require('../run.js');

const OPTIONS = fieldsOf('deadVariables');

const EXAMPLES = `
Examples:
  heapray closures page.heapsnapshot
  heapray closures page.heapsnapshot --limit 5 --format json
`;

function define(program, done) {
  const command = program
    .command('closures')
    .summary('captured variables that no function reads any more')
    .description('Captured variables that no live function reads, and the memory that they keep, most first. Newer versions of Chromium write what is needed into the snapshot; for others the source files of the scripts are read.')
    .argument('<file>', "heap snapshot; '-' is standard input");
  addFlags(command, OPTIONS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => done(await run([file], options, (api, snapshots) => answer(snapshots, options))));
}

async function answer([snapshot], options) {
  const json = await snapshot.deadVariables(optionsOf(OPTIONS, options));
  return { json, format: (rest) => formatDeadVariables(json, { ...rest, offset: options.offset }) };
}

module.exports = { define };
