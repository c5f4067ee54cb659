'use strict';

/** `heapray diff BEFORE AFTER` */

const { formatDiff } = require('../../format/diff.js');
const { FUNCTIONS } = require('../../api/options/functions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf } = require('../options.js');
const { run } = require('../run.js');
const { addThresholds, classesIn, exceededIn, metricsHelp } = require('../thresholds.js');

const { mode, sort, paths, showStrings, sourceMaps, limit, offset } = FUNCTIONS.diff;
const ROWS = { mode, sort, paths, limit, offset };

const THRESHOLDS = {
  metrics: {
    growth: { unit: 'bytes', of: ({ before, after }) => after.size - before.size, about: 'growth of the heap in bytes' },
    total: { unit: 'bytes', of: ({ after }) => after.size, about: 'size of the heap in the second snapshot' },
    nodesGrowth: { unit: 'count', of: ({ before, after }) => after.nodes - before.nodes, about: 'growth of the number of objects' },
    rows: { unit: 'count', of: ({ total }) => total, about: 'rows of the answer, on all its pages' },
  },
  classFields: { addedCount: 'count', removedCount: 'count', countDelta: 'count', addedSize: 'bytes', removedSize: 'bytes', sizeDelta: 'bytes', retainedDelta: 'bytes' },
  whole: ({ before }) => before.size,
};

const EXAMPLES = `
Examples:
  heapray diff before.heapsnapshot after.heapsnapshot
  heapray diff before.heapsnapshot after.heapsnapshot --mode grown --paths
  heapray diff before.heapsnapshot after.heapsnapshot --fail-on 'growth>10%' --fail-on 'class:Session.countDelta>0'
  heapray diff main.heapsnapshot branch.heapsnapshot --format markdown | gh pr comment --body-file -
`;

function define(program, done) {
  const command = program
    .command('diff')
    .summary('what changed between two snapshots')
    .description('What changed between two snapshots of one process: growth per class; new, grown or freed objects.')
    .argument('<before>', "the older snapshot; '-' is standard input")
    .argument('<after>', "the newer one; '-' is standard input");
  addFlags(command, { ...ROWS, showStrings, sourceMaps });
  addThresholds(command, THRESHOLDS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (before, after, options) => done(await run([before, after], options, (api, snapshots, job) => answer(api, snapshots, job, options))));
}

async function answer(api, [before, after], job, options) {
  const { failOn } = options;
  const json = await api.diff(before, after, { ...job, ...optionsOf(ROWS, options), ...shownOf(options) });
  const names = classesIn(failOn);
  const classes = names.length === 0 ? new Map() : await classRows(api, before, after, job, new Set(names));
  return { json, format: (how) => formatDiff(json, how), exceeded: exceededIn(failOn, json, THRESHOLDS, classes) };
}

/** A page of the answer may lack the class of a threshold. */
async function classRows(api, before, after, job, names) {
  const rows = new Map();
  for (let next = 0; next !== null; ) {
    const page = await api.diff(before, after, { ...job, mode: 'classes', limit: limit.max, offset: next, showStrings: true, sourceMaps: 'off' });
    for (const row of page.classes) if (names.has(row.name)) rows.set(row.name, addRows(rows.get(row.name), row));
    ({ next } = page);
  }
  return rows;
}

/** Adds up constructors of the same name at several locations, which are different classes. */
function addRows(sum, row) {
  if (sum === undefined) return { ...row };
  for (const field of Object.keys(THRESHOLDS.classFields)) sum[field] += row[field];
  return sum;
}

module.exports = { define };
