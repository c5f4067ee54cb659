'use strict';

/** `heapray filter FILE` */

const { formatNodes } = require('../../format/nodes.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf } = require('../options.js');
const { run } = require('../run.js');
const { addThresholds, exceededIn, metricsHelp } = require('../thresholds.js');

const { sort, order, limit, offset, edges, references, retainers, showStrings, sourceMaps, ...CONDITIONS } = fieldsOf('filter');
const PART = { sort, order, limit, offset, edges, references, retainers, showStrings, sourceMaps };

const THRESHOLDS = {
  metrics: {
    total: { unit: 'count', of: ({ total }) => total, about: 'objects that match, on all pages of the answer' },
    selfSize: { unit: 'bytes', of: ({ selfSize }) => selfSize, about: 'their total self size' },
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
    .summary('objects that match all given conditions')
    .description('Objects that match all given conditions, largest retained size first.')
    .argument('<file>', "heap snapshot; '-' is standard input");
  addFlags(command.optionsGroup('Conditions (all must be met):'), CONDITIONS);
  addFlags(command.optionsGroup('Order, page and trees:'), PART);
  addThresholds(command, THRESHOLDS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (file, options) => done(await run([file], options, (api, snapshots, job) => answer(api, snapshots, job, options))));
}

async function answer(api, [snapshot], job, options) {
  const json = await api.filter(snapshot, { ...optionsOf({ ...CONDITIONS, ...PART }, options), ...shownOf(options) }, job);
  return {
    json,
    format: (rest) => formatNodes(json, { ...rest, offset: options.offset }),
    exceeded: exceededIn(options.failOn, json, THRESHOLDS),
  };
}

module.exports = { CONDITIONS, define };
