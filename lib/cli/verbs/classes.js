'use strict';

/** `heapray classes FILE` */

const { formatClasses } = require('../../format/classes.js');
const { addFilterOption, addOrderOptions, addOutputOptions, addPageOptions, defined, oneOf, option } = require('../options.js');
const { run } = require('../run.js');
const { parseContains, parseText } = require('../values.js');

const SORTS = ['retainedSize', 'selfSize', 'count', 'distance', 'name'];

const EXAMPLES = `
Examples:
  heapray classes app.heapsnapshot
  heapray classes app.heapsnapshot --name-contains session --sort count
  heapray classes app.heapsnapshot --filter objectsRetainedByDetachedDomNodes
`;

function define(program, done) {
  const command = program
    .command('classes')
    .summary("objects by class (DevTools' Summary)")
    .description("Objects by class: count, self size and what all of them together retain (DevTools' Summary).")
    .argument('<file>', "heap snapshot; '-' is standard input")
    .addOption(option('--name <text>', 'the class is TEXT, or matches /REGEXP/flags', { parser: parseText }).conflicts('nameContains'))
    .addOption(option('--name-contains <text>', 'the class contains TEXT, in whatever case', { parser: parseContains }));
  addFilterOption(command);
  addOrderOptions(command, SORTS, 'retainedSize');
  addPageOptions(command, { limit: 50, rows: 'classes' });
  addOutputOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => done(await run([file], options, (api, snapshots) => answer(snapshots, options))));
}

async function answer([snapshot], options) {
  const { filter, sort, order, limit, offset } = options;
  const json = await snapshot.classes(defined({ name: oneOf(options, 'name', 'nameContains'), filter, sort, order, limit, offset }));
  return { json, format: (rest) => formatClasses(json, { ...rest, offset }) };
}

module.exports = { define };
