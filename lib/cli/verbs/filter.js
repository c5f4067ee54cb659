'use strict';

/** `heapray filter FILE` */

const { formatNodes } = require('../../format/nodes.js');
const { addOrderOptions, addOutputOptions, addPageOptions, addQueryOptions, addTreeOption, option, toQuery } = require('../options.js');
const { run } = require('../run.js');
const { exceededIn, metricsHelp, thresholdParser } = require('../thresholds.js');

const SORTS = ['retainedSize', 'selfSize', 'ratio', 'distance', 'id'];

const THRESHOLDS = {
  metrics: {
    total: { unit: 'count', of: ({ total }) => total, about: 'objects that match, on all pages' },
    selfSize: { unit: 'bytes', of: ({ selfSize }) => selfSize, about: 'their self size' },
  },
};

const EXAMPLES = `
Examples:
  heapray filter app.heapsnapshot --class Session --min-retained 1MB
  heapray filter app.heapsnapshot --name '/^user-\\d+$/' --type string --sort selfSize
  heapray filter app.heapsnapshot --mine-only --limit 20 --retainers=3,5
  heapray filter app.heapsnapshot --detached --fail-on 'total>0'
`;

function define(program, done) {
  const command = program
    .command('filter')
    .summary('the objects that match')
    .description('The objects that match, largest first.')
    .argument('<file>', "heap snapshot; '-' is standard input");
  addQueryOptions(command);
  command.optionsGroup('Which part of the answer:');
  addOrderOptions(command, SORTS, 'retainedSize');
  addPageOptions(command, { limit: 50, rows: 'objects' });
  command.addOption(option('--edges', 'show the direct references of each object'));
  addTreeOption(command, 'references', 'show what each object refers to');
  addTreeOption(command, 'retainers', 'show what refers to each object');
  command.addOption(option('--fail-on <threshold>', 'exit with 1 when this holds; may be repeated, see below', { parser: thresholdParser(THRESHOLDS) }));
  addOutputOptions(command)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (file, options) => done(await run([file], options, (api, snapshots, job) => answer(api, snapshots, job, options))));
}

async function answer(api, [snapshot], job, options) {
  const json = await api.filter(snapshot, toQuery(options), job);
  return {
    json,
    format: (rest) => formatNodes(json, { ...rest, offset: options.offset }),
    exceeded: exceededIn(options.failOn, json, THRESHOLDS),
  };
}

module.exports = { define };
