'use strict';

/** `heapray group FILE [LATER]` */

const { formatGroups } = require('../../format/group.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf } = require('../options.js');
const { run } = require('../run.js');
const { CONDITIONS } = require('./filter.js');

const { query, before, ...OPTIONS } = fieldsOf('group');

const EXAMPLES = `
Examples:
  heapray group app.heapsnapshot --by package,class
  heapray group app.heapsnapshot --class Session --by property:status --show-strings
  heapray group app.heapsnapshot --type string --by holder --limit 10
  heapray group before.heapsnapshot after.heapsnapshot --by class
`;

function define(program, done) {
  const command = program
    .command('group')
    .summary('objects in groups: by class, package, holder, value of a property …')
    .description('Objects that match all given conditions in groups, each with what it retains, nothing counted twice. Of two snapshots, what changed.')
    .argument('<file>', "heap snapshot; '-' is standard input")
    .argument('[later]', 'a later one of the same program, whose groups are compared');
  addFlags(command, OPTIONS);
  addFlags(command.optionsGroup('Conditions (all must be met):'), CONDITIONS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, later, options) => {
      const files = later === undefined ? [file] : [file, later];
      done(await run(files, options, (api, snapshots) => answer(snapshots, options)));
    });
}

async function answer(snapshots, options) {
  const [snapshot, before] = [...snapshots].reverse();
  const json = await snapshot.group(optionsOf(CONDITIONS, options), { ...optionsOf(OPTIONS, options), ...shownOf(options), before });
  return { json, format: (how) => formatGroups(json, { ...how, offset: options.offset }) };
}

module.exports = { define };
