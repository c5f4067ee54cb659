'use strict';

/** `heapray allocations FILE`, `heapray allocations BEFORE AFTER` */

const { formatAllocations } = require('../../format/allocations.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { checkTwice } = require('../input.js');
const { OUTPUT } = require('../options.js');
const { run } = require('../run.js');

const OPTIONS = fieldsOf('allocations');

const EXAMPLES = `
Examples:
  heapray allocations app.heaptimeline
  heapray allocations app.heaptimeline --sort liveSize --limit 10
  heapray allocations app.heaptimeline --by stack --format markdown
  heapray allocations app.heapprofile --sort totalSize
  heapray allocations before.heapprofile after.heapprofile
`;

function define(program, done) {
  const command = program
    .command('allocations')
    .summary('functions and stacks that allocated, and what of it is alive')
    .description(
      "Functions or stacks at which objects were allocated, and what of them is alive, as in DevTools' Allocation tab and sampling profiles. With two files, what changed.",
    )
    .argument('<file>', "recording of allocations (.heaptimeline), snapshot taken while they were tracked, or sampling profile (.heapprofile); '-' is standard input")
    .argument('[after]', 'a later one of the same kind, to compare with the first');
  addFlags(command, OPTIONS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, after, options) => {
      const files = after === undefined ? [file] : [file, after];
      checkTwice(files, 'recordings');
      done(await run(files, options, (api, recordings, job) => answer(api, recordings, job, options), opener));
    });
}

/** Recordings are not only snapshots. */
const opener = () => require('../../api/verbs.js').openRecording;

async function answer(api, recordings, job, options) {
  const json = await api.allocations(recordings, { ...job, ...optionsOf(OPTIONS, options) });
  return { json, format: (rest) => formatAllocations(json, { ...rest, offset: options.offset }) };
}

module.exports = { define };
