'use strict';

/** `heapray trend DIR|FILE…` */

const { FUNCTIONS } = require('../../api/options/functions.js');
const { formatTrend } = require('../../format/trend.js');
const { InputError, UsageError } = require('../errors.js');
const { addFlags, optionsOf } = require('../flags.js');
const { openSnapshot } = require('../input.js');
const { FORMATS, OUTPUT } = require('../options.js');
const { checkOutput } = require('../output.js');
const { present, untilInterrupted } = require('../run.js');

const { sourceMaps } = FUNCTIONS.report;
const limit = { type: 'whole', min: 1, max: 1000, default: 10, flag: '--limit <count>', help: 'suspects, classes and owners to list' };
const PAGE_TOO = { ...OUTPUT, format: { ...OUTPUT.format, choices: [...FORMATS, 'html'] } };

const EXAMPLES = `
A saved report is one that 'heapray report --format json' or heapray/auto wrote. In a folder, files are in the order of
their names, and each folder in it is a pod.

Examples:
  heapray trend snapshots
  heapray trend monday.json tuesday.json wednesday.json
  heapray trend pods --format html -o trend.html
  heapray trend main.json branch.json --format markdown
`;

function define(program, done) {
  const command = program
    .command('trend')
    .summary('what grows over many snapshots or saved reports')
    .description('Growth of the heap, suspects, classes and owners over snapshots or saved reports, of one process or of many.')
    .argument('<file...>', 'heap snapshots or saved reports, oldest first, or folders of them');
  addFlags(command, { limit, sourceMaps });
  addFlags(command.optionsGroup('Output:'), PAGE_TOO)
    .addHelpText('after', EXAMPLES)
    .action(async (files, options) => done(await trend(files, options)));
}

async function trend(given, options) {
  if (options.format === 'html' && options.output === undefined && process.stdout.isTTY) throw new UsageError('--format html writes a page for the browser: add --output trend.html');
  const entries = entriesIn(given);
  checkOutput(options.output, entries.map(({ file }) => file));
  const json = await untilInterrupted((job) => answer(entries, options, job));
  return present({ json, format: (how) => formatted(json, how) }, options, []);
}

function entriesIn(given) {
  const { entriesOf } = require('../../trend/files.js');
  let entries;
  try {
    entries = entriesOf(given);
  } catch (error) {
    throw new InputError(error.file ?? given.join(', '), error.cause ?? error);
  }
  if (entries.length === 0) throw new UsageError(`${given.join(', ')}: there is no snapshot and no saved report`);
  return entries;
}

/** The addon is needed for snapshots only. */
async function answer(entries, options, job) {
  const { pointsOf } = require('../../trend/points.js');
  const { trendOf } = require('../../trend/merge.js');
  const api = () => require('../../../index.js');
  const collected = await pointsOf(entries, {
    open: (file) => openSnapshot(file, job, api().parse),
    report: (snapshots, rows) => api().report(snapshots, { ...job, ...optionsOf({ sourceMaps }, options), limit: rows }),
  });
  return trendOf(collected, { limit: options.limit ?? limit.default });
}

function formatted(json, how) {
  return how.format === 'html' ? require('../../format/trend-html.js').trendPage(json) : formatTrend(json, how);
}

module.exports = { define };
