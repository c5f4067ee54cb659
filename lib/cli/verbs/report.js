'use strict';

/** `heapray report FILE…` */

const { shortenedTo } = require('../../format/budget.js');
const { printableJson } = require('../../format/log-commands.js');
const { formatReport } = require('../../format/report.js');
const { againstBaseline, checkBaseline, rowsFor, WRITE_BASELINE } = require('../baseline.js');
const { UsageError } = require('../errors.js');
const { checkTwice, titleOf } = require('../input.js');
const { FUNCTIONS } = require('../../api/options/functions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { FORMATS, OUTPUT } = require('../options.js');
const { run } = require('../run.js');
const { addThresholds, classesIn, exceededIn, metricsHelp } = require('../thresholds.js');

const { limit, showStrings, closures, sourceMaps, code, maxBytes, baseline, baselineTolerance } = FUNCTIONS.report;
/** Formats that programs read. */
const FOR_PROGRAMS = {
  github: (...report) => require('../../format/github.js').formatGithub(...report),
  sarif: (...report) => require('../../format/sarif.js').formatSarif(...report),
  junit: (...report) => require('../../format/junit.js').formatJunit(...report),
};
const REPORT_OUTPUT = { ...OUTPUT, format: { ...OUTPUT.format, choices: [...FORMATS, 'html', ...Object.keys(FOR_PROGRAMS)] } };

/** Markdown is for comments on pull requests, which others read. Formats for programs take the line from the code, not the code. */
const WITH_CODE = new Set(['text', 'html', ...Object.keys(FOR_PROGRAMS)]);

/** Outcomes from the best to the worst. A single snapshot in which nothing stands out ranks like no growth. */
const OUTCOMES = ['nothingGrew', 'grew', 'mayLeak', 'leaks'];

const THRESHOLDS = {
  metrics: {
    suspects: { unit: 'count', of: ({ suspects }) => suspects.length, about: 'suspected leaks' },
    inconclusive: { unit: 'count', of: ({ inconclusive }) => inconclusive.length, about: 'collections filled between two snapshots, which may leak' },
    outcome: { unit: 'word', words: OUTCOMES, of: ({ outcome }) => Math.max(0, OUTCOMES.indexOf(outcome)), about: `outcome of the report: ${OUTCOMES.join(' < ')}` },
    total: { unit: 'bytes', of: ({ totals }) => totals.size, about: 'size of the heap' },
    nodes: { unit: 'count', of: ({ totals }) => totals.nodes, about: 'number of objects' },
    edges: { unit: 'count', of: ({ totals }) => totals.edges, about: 'number of references' },
    detached: { unit: 'count', of: ({ detached }) => detached.count, about: 'number of detached DOM nodes' },
    detachedSize: { unit: 'bytes', of: ({ detached }) => detached.selfSize, about: 'self size of detached DOM nodes' },
    wasted: { unit: 'bytes', of: ({ duplicatedStrings }) => duplicatedStrings.wasted, about: 'memory wasted by duplicated strings' },
    biggest: { unit: 'bytes', of: ({ biggest }) => biggest[0]?.retainedSize ?? 0, about: 'largest retained size of an object' },
    code: { unit: 'bytes', of: ({ statistics }) => statistics.v8heap.code, about: 'size of code' },
    strings: { unit: 'bytes', of: ({ statistics }) => statistics.v8heap.strings, about: 'size of strings' },
    jsArrays: { unit: 'bytes', of: ({ statistics }) => statistics.v8heap.jsArrays, about: 'size of JS arrays' },
    typedArrays: { unit: 'bytes', of: ({ statistics }) => statistics.native.typedArrays, about: 'size of typed arrays' },
    native: { unit: 'bytes', of: ({ statistics }) => statistics.native.total, about: 'memory outside the JavaScript heap' },
  },
  classFields: { count: 'count', selfSize: 'bytes', retainedSize: 'bytes', percent: 'percent' },
  whole: ({ totals }) => totals.size,
};

const EXAMPLES = `
Examples:
  heapray report app.heapsnapshot
  heapray report before.heapsnapshot after.heapsnapshot third.heapsnapshot
  heapray report a.heapsnapshot b.heapsnapshot c.heapsnapshot --fail-on 'suspects>0'
  heapray report app.heapsnapshot --max-bytes 4000
  heapray report app.heapsnapshot --format markdown -o comment.md
  heapray report app.heapsnapshot --format html -o report.html
  heapray report a.heapsnapshot b.heapsnapshot c.heapsnapshot --baseline leaks.json --write-baseline
  heapray report a.heapsnapshot b.heapsnapshot c.heapsnapshot --baseline leaks.json --format github
  heapray report app.heapsnapshot --fail-on 'total>500MB' --fail-on 'class:Session.count>1000'
  curl -s host/heap | heapray report - --format json | jq .biggest[0]
`;

function define(program, done) {
  const command = program
    .command('report')
    .summary('what leaks, and what keeps memory alive')
    .description(
      'What leaks, what holds it, and what else keeps memory alive. Several snapshots of one process, oldest first, show what keeps growing; a single one shows only what is large, unless it is a timeline.',
    )
    .argument('<file...>', "heap snapshots, oldest first; '-' is standard input");
  addReportFlags(command)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (files, options) => {
      checkFormat(options);
      checkTwice(files);
      done(await run(files, options, (api, snapshots, job) => answer(api, snapshots, job, options, files.map(titleOf))));
    });
}

/** The flags of a command that ends with a report. */
function addReportFlags(command) {
  addFlags(command, { limit, showStrings, closures, sourceMaps, code, maxBytes, baseline, baselineTolerance, ...WRITE_BASELINE });
  addThresholds(command, THRESHOLDS);
  return addFlags(command.optionsGroup('Output:'), REPORT_OUTPUT);
}

/** Checked before the work. */
function checkFormat(options) {
  const { format, output, maxBytes: budget } = options;
  checkBaseline(options);
  const isText = FORMATS.includes(format);
  if (!isText && budget !== undefined) throw new UsageError(`--max-bytes does not apply to --format ${format}`);
  if (format !== 'html') return;
  if (output === undefined && process.stdout.isTTY) throw new UsageError('--format html writes a page for the browser: add --output report.html');
}

/**
 * The report on snapshots, oldest first.
 * @param {string[]} names of the snapshots
 * @returns {Promise<import('../run.js').Answer>}
 */
async function answer(api, snapshots, job, options, names) {
  const { failOn, format, maxBytes: budget } = options;
  const report = await api.report(snapshots, { ...job, ...optionsOf({ limit, showStrings, closures, sourceMaps }, rowsFor(options)), code: options.code ?? WITH_CODE.has(format) });
  const { json, ...outcome } = againstBaseline(report, options);
  const page = format === 'html' ? await pageOf(snapshots, { names, report: json, showStrings: options.showStrings, sourceMaps: options.sourceMaps }) : undefined;
  const exceeded = exceededIn(failOn, json, THRESHOLDS, await classRows(snapshots.at(-1), classesIn(failOn)));
  const { [format]: forPrograms = formatReport } = FOR_PROGRAMS;
  return {
    ...outcome,
    json: budget === undefined ? json : shortenedTo(budget, json, (some) => printableJson(some)),
    format: ({ titles, ...rest }) => page ?? forPrograms(json, { ...rest, thresholds: thresholdsOf(failOn, exceeded), snapshot: titles.at(-1), maxBytes: budget, title: titles.join(' → ') }),
    exceeded,
  };
}

/** All thresholds, with the sentence on those that were exceeded. */
function thresholdsOf(failOn = [], exceeded) {
  return failOn.map(({ text }) => ({ text, exceeded: exceeded.find((sentence) => sentence.startsWith(`${text} (`)) }));
}

/** One file that needs no network: the viewer, with the answers for the top of the heap. */
async function pageOf(snapshots, about) {
  const { embeddedAnswers } = require('../../view/embed.js');
  const { wholePage } = require('../../view/pages.js');
  return wholePage({ engine: 'embedded', data: await embeddedAnswers(snapshots, about) }, `heapray: ${about.names.join(' → ')}`);
}

/** The report lists only the largest classes, but thresholds may use any. */
async function classRows(snapshot, names) {
  const rows = new Map();
  for (const name of names) {
    const { classes } = await snapshot.classes({ name: { exact: name }, sourceMaps: 'off' });
    // Adds up constructors of the same name at several locations, which are different classes.
    if (classes.length > 0) rows.set(name, sumOf(classes));
  }
  return rows;
}

function sumOf(classes) {
  const sum = { count: 0, selfSize: 0, retainedSize: 0, percent: 0 };
  for (const row of classes) for (const field of Object.keys(sum)) sum[field] += row[field];
  return sum;
}

module.exports = { THRESHOLDS, addReportFlags, answer, checkFormat, define };
