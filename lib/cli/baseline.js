'use strict';

/** `--baseline` and `--write-baseline`: known leaks. */

const path = require('node:path');
const { ROWS, compareWithBaseline, fails } = require('../baseline/compare.js');
const { empty, readBaseline, textOf, withReport } = require('../baseline/file.js');
const { FUNCTIONS } = require('../api/options/functions.js');
const { shortened } = require('../format/budget.js');
const { failureOf } = require('../format/baseline.js');
const { formatAmount } = require('../format/numbers.js');
const { InputError, UsageError } = require('./errors.js');
const { checkOutput, statOf, writeFile } = require('./output.js');

const { limit } = FUNCTIONS.report;

/** @type {import('../api/options/describe.js').Declarations} */
const WRITE_BASELINE = {
  writeBaseline: {
    type: 'path',
    flags: {
      '--write-baseline [file]': { help: 'add the suspects to the baseline, or to the one in FILE; reasons, owners and dates stay', valueLike: /\.json$/i },
    },
  },
};

/** The file to write, if any. */
function targetOf({ baseline, writeBaseline }) {
  return writeBaseline === true ? baseline : writeBaseline;
}

/** The rows to ask for: `againstBaseline` leaves out those that were not asked for. */
function rowsFor(options) {
  const { limit: asked = limit.default, baseline, writeBaseline } = options;
  return baseline === undefined && writeBaseline === undefined ? options : { ...options, limit: Math.max(asked, ROWS) };
}

/** Checked before the work: the files are read again after it, since they may be edited meanwhile. */
function checkBaseline(options) {
  const { baseline, writeBaseline, output, baselineTolerance } = options;
  const target = targetOf(options);
  if (writeBaseline === true && baseline === undefined) throw new UsageError('--write-baseline needs a file: --write-baseline=leaks.json, or --baseline leaks.json');
  if (baselineTolerance !== undefined && baseline === undefined) throw new UsageError('--baseline-tolerance applies to --baseline only');
  if (target !== undefined) checkOutput(target, output === undefined ? [] : [output]);
  readAll(options);
}

/** What is known, and what is to be written over: one file in most cases, which need not be there yet. */
function readAll(options) {
  const { baseline } = options;
  const target = targetOf(options);
  const before = target === undefined || statOf(target) === undefined ? undefined : read(target);
  if (baseline === undefined || isSame(baseline, target)) return { known: before ?? (target && empty()), before: before ?? empty() };
  const known = read(baseline);
  return { known, before: before ?? known };
}

const isSame = (file, other) => other !== undefined && path.resolve(file) === path.resolve(other);

function read(file) {
  try {
    return readBaseline(file);
  } catch (error) {
    throw new InputError(file, error);
  }
}

/**
 * The report with the baseline's answer, what fails by it, and what to say. Writes the baseline if asked to; what is written
 * is known, unless the report is compared with another file.
 */
function againstBaseline(report, options) {
  const { baseline, baselineTolerance } = options;
  const target = targetOf(options);
  const { known, before } = readAll(options);
  if (known === undefined) return { json: report };
  const after = target === undefined ? undefined : withReport(before, report);
  if (after !== undefined) writeFile(target, textOf(after));
  const isUpdated = after !== undefined && (baseline === undefined || isSame(baseline, target));
  const comparison = compareWithBaseline(report, isUpdated ? after : known, { tolerance: baselineTolerance });
  return {
    json: { ...shortened(report, options.limit ?? limit.default), baseline: comparison },
    failures: comparison.leaks.filter(fails).map(failureOf),
    notes: [...(after === undefined ? [] : [writtenNote(target, before, after)]), ...missingNotes(comparison)],
  };
}

function writtenNote(target, before, after) {
  const added = after.leaks.length - before.leaks.length;
  return `baseline written to ${target}: ${formatAmount(after.leaks.length, 'known leak')}, ${added} of them new`;
}

function missingNotes({ missing }) {
  return missing.map(({ fingerprint, className, holder }) => `known leak did not occur, remove it from the baseline if it is fixed: ${className} held by ${holder} [${fingerprint}]`);
}

module.exports = { WRITE_BASELINE, againstBaseline, checkBaseline, rowsFor };
