'use strict';

/** `heapray allocations FILE` */

const { formatAllocations } = require('../../format/allocations.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT } = require('../options.js');
const { run } = require('../run.js');

const OPTIONS = fieldsOf('allocations');

const EXAMPLES = `
Examples:
  heapray allocations app.heaptimeline
  heapray allocations app.heaptimeline --sort liveSize --limit 10
  heapray allocations app.heaptimeline --by stack --format markdown
`;

function define(program, done) {
  const command = program
    .command('allocations')
    .summary('functions and stacks that allocated, and what of it is alive')
    .description("Functions or stacks at which objects were allocated, and what of them is alive, as in DevTools' Allocation tab.")
    .argument('<file>', "recording of allocations (.heaptimeline), or a snapshot taken while they were tracked; '-' is standard input");
  addFlags(command, OPTIONS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => done(await run([file], options, (api, snapshots) => answer(snapshots, options))));
}

async function answer([snapshot], options) {
  const json = await snapshot.allocations(optionsOf(OPTIONS, options));
  return { json, format: (rest) => formatAllocations(json, { ...rest, offset: options.offset }) };
}

module.exports = { define };
