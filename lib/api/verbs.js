'use strict';

// parse, filter, report, diff, allocations, redact: arguments checked, sources opened, one job each.

const path = require('node:path');
const { argumentError } = require('./errors.js');
const { ROWS, compareWithBaseline } = require('../baseline/compare.js');
const { readBaseline } = require('../baseline/file.js');
const { shortened } = require('../format/budget.js');
const { runJob } = require('./job.js');
const { isWholeSource, toInput, toPath } = require('../input/source.js');
const { inputLimits, parseInput } = require('../input/parse.js');
const { parseRecording } = require('../input/recording.js');
const { openLive } = require('../capture/open-live.js');
const { checkOptions, pickOptions } = require('./options/check.js');
const { FUNCTIONS } = require('./options/functions.js');
const { QUESTIONS, fieldsOf } = require('./options/questions.js');
const { redactInput, redactKey } = require('./redact.js');
const { Snapshot, openSnapshot } = require('./snapshot.js');

async function parse(source, options) {
  const checked = checkOptions('options', FUNCTIONS.parse, options);
  const input = toInput(source, 'source');
  const limits = inputLimits(checked);
  return Snapshot.run([], checked, (job) => load(job, input, limits));
}

async function filter(source, query, options) {
  const checked = checkOptions('options', FUNCTIONS.filter, options);
  const { sourceMaps, ...conditions } = checkOptions('query', fieldsOf('filter'), query);
  const question = { ask: 'filter', ...conditions };
  return withSnapshots([['snapshot', source]], checked, (job, snapshots) => Snapshot.askMapped(job, snapshots, question, checked.sourceMaps ?? sourceMaps));
}

async function report(source, options) {
  return reportWith(source, options, (snapshots) => snapshots.map(({ memory }) => memory));
}

/**
 * The report on snapshots with figures of their process.
 * @param {(snapshots: Snapshot[]) => (import('../../index.d.ts').ProcessMemory | null)[]} memoryOf
 */
async function reportWith(source, options, memoryOf) {
  const { maxBytes, ...checked } = checkOptions('options', FUNCTIONS.report, options);
  const { code = checked.format === 'text' } = checked;
  const asked = { ask: 'report', ...pickOptions(QUESTIONS.report.fields, checked) };
  const { limit = QUESTIONS.report.fields.limit.default } = asked;
  const show = formatter({ ...checked, maxBytes }, () => require('../format/report.js').formatReport);
  const sources = sourcesOf(source, 'snapshot', 'snapshots');
  const known = checked.baseline === undefined ? undefined : readBaseline(checked.baseline);
  const question = known === undefined ? asked : { ...asked, limit: Math.max(limit, ROWS) };
  return withSnapshots(sources, checked, async (job, snapshots) => {
    if (checked.closures) await Snapshot.addSourceText(job, snapshots.at(-1));
    const outside = memoryOf(snapshots);
    const answer = await Snapshot.askMapped(job, snapshots, outside.some(Boolean) ? { ...question, outside } : question, checked.sourceMaps, { code });
    return show(known === undefined ? answer : { ...shortened(answer, limit), baseline: compareWithBaseline(answer, known, { tolerance: checked.baselineTolerance }) });
  });
}

/** The sources of one argument, each with its name in errors. */
function sourcesOf(source, one, several) {
  if (!isSeries(source)) return [[one, source]];
  checkTwice(source, several);
  return source.map((each, i) => [`${several}[${i}]`, each]);
}

/** Whether an array has several snapshots rather than the chunks of one: every element is a snapshot or a whole source. */
function isSeries(source) {
  return Array.isArray(source) && source.length > 0 && source.every((each) => Snapshot.is(each) || isWholeSource(each));
}

/** The same snapshot given twice would show no growth. */
function checkTwice(sources, name) {
  const keys = sources.map((source) => (typeof source === 'string' ? path.resolve(source) : source));
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (twice !== -1) throw argumentError(`${name}[${twice}]`, 'a snapshot that is not given twice', sources[twice]);
}

async function diff(before, after, options) {
  const checked = checkOptions('options', FUNCTIONS.diff, options);
  const question = { ask: 'diff', ...pickOptions(QUESTIONS.diff.fields, checked) };
  const show = formatter(checked, () => require('../format/diff.js').formatDiff);
  const sources = [
    ['before', before],
    ['after', after],
  ];
  return withSnapshots(sources, checked, async (job, snapshots) => show(await Snapshot.askMapped(job, snapshots, question, checked.sourceMaps)));
}

async function allocations(source, options) {
  const checked = checkOptions('options', FUNCTIONS.allocations, options);
  const question = { ask: 'allocations', ...pickOptions(QUESTIONS.allocations.fields, checked) };
  const show = formatter(checked, () => require('../format/allocations.js').formatAllocations);
  const sources = sourcesOf(source, 'recording', 'recordings');
  if (sources.length > 2) throw argumentError('recordings', 'one, or one before and one after', source);
  return withSnapshots(sources, checked, async (job, snapshots) => show(await Snapshot.askMapped(job, snapshots, question, checked.sourceMaps)), loadRecording);
}

/** As `parse`, for sampling profiles too, which become snapshots without objects. For `lib/cli` and `lib/protocol`. */
async function openRecording(source, options) {
  const checked = checkOptions('options', FUNCTIONS.parse, options);
  const input = toInput(source, 'source');
  const limits = inputLimits(checked);
  return Snapshot.run([], checked, (job) => loadRecording(job, input, limits));
}

async function redact(source, outputPath, options) {
  const { key, maxBytes, ...job } = checkOptions('options', FUNCTIONS.redact, options);
  const input = toInput(source, 'source');
  const output = toPath(outputPath, 'outputPath');
  const limits = { maxBytes, key: redactKey(key) };
  return runJob(job, (running) => redactInput(running, input, output, limits));
}

/** The answer as JSON or as text. The formatters are loaded on demand. */
function formatter({ format = 'json', showStrings, maxBytes }, writer) {
  return format === 'json' ? (answer) => answer : (answer) => writer()(answer, { format, showStrings, maxBytes });
}

/**
 * Calls `work` with a Snapshot for each source; those parsed here are closed afterwards.
 * @param {[what: string, source: unknown][]} sources
 * @param {typeof load} [open]
 */
async function withSnapshots(sources, options, work, open = load) {
  const limits = inputLimits(options);
  const inputs = sources.map(([what, source]) => (Snapshot.is(source) ? source : toInput(source, what)));
  const given = inputs.filter(Snapshot.is);
  return Snapshot.run(given, options, async (job) => {
    const opened = [];
    const closeOpened = () => opened.forEach((snapshot) => snapshot.close());
    // If the second source hangs, the first snapshot must be freed anyway.
    const forget = job.onStop(closeOpened);
    try {
      const snapshots = [];
      for (const input of inputs) {
        if (Snapshot.is(input)) {
          snapshots.push(input);
          continue;
        }
        const snapshot = await open(job, input, limits);
        opened.push(snapshot);
        snapshots.push(snapshot);
      }
      return await work(job, snapshots);
    } finally {
      forget();
      closeOpened();
    }
  });
}

async function load(job, input, limits) {
  if (input.live) return openLive(job, input.live, limits);
  return openSnapshot(job, await parseInput(job, input, limits));
}

async function loadRecording(job, input, limits) {
  if (input.live) return openLive(job, input.live, limits);
  return openSnapshot(job, await parseRecording(job, input, limits));
}

module.exports = { parse, filter, report, reportWith, diff, allocations, openRecording, redact };
