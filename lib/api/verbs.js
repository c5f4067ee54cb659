'use strict';

// parse, filter, report, diff, redact: arguments checked, sources opened, one job each.

const { argumentError } = require('./errors.js');
const { jobOptions, runJob } = require('./job.js');
const { isWholeSource, toInput, toPath } = require('../input/source.js');
const { parseInput, parseOptions } = require('../input/parse.js');
const { openLive } = require('../capture/open-live.js');
const { redactInput, redactKey } = require('./redact.js');
const { Snapshot, openSnapshot } = require('./snapshot.js');
const { fields } = require('./checks.js');
const { diffFields, format, nodeQuery, reportFields, reportSize } = require('./question.js');

async function parse(source, options = {}) {
  checkOptions(options);
  const input = toInput(source, 'source');
  const limits = parseOptions(options);
  return Snapshot.run([], jobOptions(options), (job) => load(job, input, limits));
}

async function filter(source, query = {}, options = {}) {
  checkOptions(options);
  const question = { ask: 'filter', ...nodeQuery(query) };
  return withSnapshots([['snapshot', source]], options, (job, snapshots) => Snapshot.ask(job, snapshots, question));
}

async function report(source, options = {}) {
  checkOptions(options);
  const question = { ask: 'report', ...pick(options, reportFields) };
  const show = formatter(options, () => require('../format/report.js').formatReport);
  const sources = isSeries(source) ? source.map((each, i) => [`snapshots[${i}]`, each]) : [['snapshot', source]];
  return withSnapshots(sources, options, async (job, snapshots) => show(await Snapshot.ask(job, snapshots, question)));
}

/** Several snapshots, and not one in chunks: every element is a snapshot, or the source of a whole one. */
function isSeries(source) {
  return Array.isArray(source) && source.length > 0 && source.every((each) => Snapshot.is(each) || isWholeSource(each));
}

async function diff(before, after, options = {}) {
  checkOptions(options);
  const question = { ask: 'diff', ...pick(options, diffFields) };
  const show = formatter(options, () => require('../format/diff.js').formatDiff);
  const sources = [
    ['before', before],
    ['after', after],
  ];
  return withSnapshots(sources, options, async (job, snapshots) => show(await Snapshot.ask(job, snapshots, question)));
}

async function redact(source, outputPath, options = {}) {
  checkOptions(options);
  const input = toInput(source, 'source');
  const output = toPath(outputPath, 'outputPath');
  const limits = { maxBytes: parseOptions(options).maxBytes, key: redactKey(options.key, 'options.key') };
  return runJob(jobOptions(options), (job) => redactInput(job, input, output, limits));
}

/** Answers as they are, or as text. What writes text is loaded when it is asked for. */
function formatter({ format: wanted = 'json', showStrings, maxBytes }, writer) {
  format('options.format', wanted);
  if (maxBytes !== undefined) reportSize('options.maxBytes', maxBytes);
  return wanted === 'json' ? (answer) => answer : (answer) => writer()(answer, { format: wanted, showStrings, maxBytes });
}

function checkOptions(options) {
  if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
}

/** The fields of a question among options that also have a signal and the like. */
function pick(options, checks) {
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(checks, name));
  return fields('options', checks, Object.fromEntries(own));
}

/**
 * Calls `work` with a Snapshot for each source; those parsed here are closed afterwards.
 * @param {[what: string, source: unknown][]} sources
 */
async function withSnapshots(sources, options, work) {
  const limits = parseOptions(options);
  const inputs = sources.map(([what, source]) => (Snapshot.is(source) ? source : toInput(source, what)));
  const given = inputs.filter(Snapshot.is);
  return Snapshot.run(given, jobOptions(options), async (job) => {
    const opened = [];
    const closeOpened = () => opened.forEach((snapshot) => snapshot.close());
    // A second source that hangs must not keep the first in memory.
    const forget = job.onStop(closeOpened);
    try {
      const snapshots = [];
      for (const input of inputs) {
        if (Snapshot.is(input)) {
          snapshots.push(input);
          continue;
        }
        const snapshot = await load(job, input, limits);
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

module.exports = { parse, filter, report, diff, redact };
