'use strict';

/** `heapray diff BEFORE AFTER` */

const { formatDiff } = require('../../format/diff.js');
const { addOutputOptions, addPageOptions, defined, option } = require('../options.js');
const { run } = require('../run.js');
const { classesIn, exceededIn, metricsHelp, thresholdParser } = require('../thresholds.js');

const MODES = ['classes', 'new', 'grown', 'freed'];

/** Most rows a page of the API holds. */
const LARGEST_PAGE = 100_000;

const THRESHOLDS = {
  metrics: {
    growth: { unit: 'bytes', of: ({ before, after }) => after.size - before.size, about: 'growth of the heap' },
    total: { unit: 'bytes', of: ({ after }) => after.size, about: 'size of the heap in the second snapshot' },
    nodesGrowth: { unit: 'count', of: ({ before, after }) => after.nodes - before.nodes, about: 'growth of the number of objects' },
    rows: { unit: 'count', of: ({ total }) => total, about: 'rows of the answer, on all pages' },
  },
  classFields: { addedCount: 'count', removedCount: 'count', countDelta: 'count', addedSize: 'bytes', removedSize: 'bytes', sizeDelta: 'bytes' },
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
    .argument('<after>', "the newer one; '-' is standard input")
    .addOption(option('--mode <mode>', 'growth per class, or objects that are new, have grown, or were freed', { choices: MODES }).default('classes'))
    .addOption(option('--paths', 'say what holds each object (modes new, grown, freed)'))
    .addOption(option('--show-strings', 'print the contents of strings, which may hold secrets; JSON always has them'))
    .addOption(option('--fail-on <threshold>', 'exit with 1 when this holds; may be repeated, see below', { parser: thresholdParser(THRESHOLDS) }));
  addPageOptions(command, { limit: 50 });
  addOutputOptions(command)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (before, after, options) => done(await run([before, after], options, (api, snapshots, job) => answer(api, snapshots, job, options))));
}

async function answer(api, [before, after], job, { mode, paths, limit, offset, failOn }) {
  const json = await api.diff(before, after, defined({ ...job, mode, paths, limit, offset, format: 'json' }));
  const names = classesIn(failOn);
  const classes = names.length === 0 ? new Map() : await classRows(api, before, after, job, new Set(names));
  return { json, format: (options) => formatDiff(json, options), exceeded: exceededIn(failOn, json, THRESHOLDS, classes) };
}

/** A page of the answer may leave out the class a threshold is about. */
async function classRows(api, before, after, job, names) {
  const rows = new Map();
  for (let offset = 0; offset !== null; ) {
    const page = await api.diff(before, after, { ...job, mode: 'classes', limit: LARGEST_PAGE, offset });
    for (const row of page.classes) if (names.has(row.name)) rows.set(row.name, addRows(rows.get(row.name), row));
    offset = page.next;
  }
  return rows;
}

/** Constructors of the same name at several places are classes of their own: they add up. */
function addRows(sum, row) {
  if (sum === undefined) return { ...row };
  for (const field of Object.keys(THRESHOLDS.classFields)) sum[field] += row[field];
  return sum;
}

module.exports = { define };
