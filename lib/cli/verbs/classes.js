'use strict';

/** `heapray classes FILE` */

const { formatClasses } = require('../../format/classes.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf } = require('../options.js');
const { run } = require('../run.js');

const OPTIONS = fieldsOf('classes');

const EXAMPLES = `
Examples:
  heapray classes app.heapsnapshot
  heapray classes app.heapsnapshot --name-contains session --sort count
  heapray classes app.heapsnapshot --filter objectsRetainedByDetachedDomNodes
`;

function define(program, done) {
  const command = program
    .command('classes')
    .summary("objects by class, as in DevTools' Summary")
    .description("Objects by class with count, self size and retained size, as in DevTools' Summary.")
    .argument('<file>', "heap snapshot; '-' is standard input");
  addFlags(command, OPTIONS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => done(await run([file], options, (api, snapshots) => answer(snapshots, options))));
}

async function answer([snapshot], options) {
  const json = await snapshot.classes({ ...optionsOf(OPTIONS, options), ...shownOf(options) });
  return { json, format: (rest) => formatClasses(json, { ...rest, offset: options.offset }) };
}

module.exports = { define };
