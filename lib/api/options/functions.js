'use strict';

// The options of the API's functions: those of their questions, and those of the calls.

const { DEFAULT_TOLERANCE } = require('../../baseline/compare.js');
const { fieldsOf, sourceMaps } = require('./questions.js');

/** @typedef {import('./describe.js').Declarations} Declarations */

const key = { type: 'key', defaultsTo: 'random, and forgotten' };

/** Options of long-running calls. */
const job = {
  signal: { type: 'signal' },
  onProgress: { type: 'function' },
};

/** Options of calls that read a snapshot. */
const parse = {
  ...job,
  maxBytes: { type: 'number', unit: 'bytes', min: 0, default: Infinity },
  redact: { type: 'object', orBoolean: true, fields: { key }, default: false },
};

const redact = {
  ...job,
  key: { ...key, flag: '--key <text>', help: 'secret that determines the hashes' },
  maxBytes: {
    ...parse.maxBytes,
    flags: { '--max-bytes <size>': { help: 'refuse inputs larger than SIZE after decompression', as: 'size' } },
  },
};

const format = { type: 'choice', choices: ['json', 'text', 'markdown'], default: 'json' };

/** Limits the answer here, not the input. */
const report = {
  ...parse,
  ...fieldsOf('report'),
  closures: {
    type: 'boolean',
    default: false,
    flag: '--closures',
    help: 'find captured variables that no function reads, in the source files too',
  },
  format,
  code: {
    type: 'boolean',
    defaultsTo: 'true for text, false for JSON and Markdown',
    flags: { '--code': { help: 'add lines of source code to JSON too' }, '--no-code': { help: 'leave out lines of source code, which text and HTML have' } },
  },
  maxBytes: {
    type: 'whole',
    unit: 'bytes',
    min: 1000,
    defaultsTo: 'no limit',
    flags: { '--max-bytes <bytes>': { help: 'shorten the answer to at most this size', as: 'size' } },
  },
  baseline: { type: 'path', flag: '--baseline <file>', help: 'known leaks; exit with 1 for a new one, or one that grows faster' },
  baselineTolerance: {
    type: 'whole',
    min: 0,
    max: 10_000,
    default: DEFAULT_TOLERANCE,
    flag: '--baseline-tolerance <percent>',
    help: 'how much faster a known leak may grow, in percent',
  },
};

const diff = {
  ...parse,
  ...fieldsOf('diff'),
  format,
};

const allocations = {
  ...parse,
  ...fieldsOf('allocations'),
  format,
};

/** Of a session of the protocol. */
const snapshot = {
  ...parse,
  file: { type: 'path' },
};

const force = { type: 'boolean', default: false };

const attach = {
  signal: job.signal,
  select: { type: 'string', defaultsTo: 'the only program there', flag: '--target <text>', help: 'the program with TEXT in its title, address, kind or id, where there are several' },
  allowRemote: { type: 'boolean', default: false, flag: '--allow-remote', help: 'attach to another machine, without a tunnel: inspectors have no password' },
  force: { ...force, flag: '--force', help: 'take snapshots even if the memory of the target may not suffice' },
  maxBytes: parse.maxBytes,
  redact: { ...parse.redact, flags: { '--redact': { help: 'hide contents of strings, in files and in the report', as: 'boolean' } } },
};

const attachedSnapshot = {
  ...job,
  file: snapshot.file,
  force: { type: 'boolean', defaultsTo: 'that of attach()' },
};

const capture = {
  ...parse,
  target: { type: 'target' },
  select: { type: 'string', defaultsTo: attach.select.defaultsTo },
  allowRemote: { type: 'boolean', default: false },
  worker: { type: 'worker' },
  force,
  cooldown: { type: 'number', unit: 'milliseconds', min: 0, default: 0 },
  file: { type: 'path' },
  report: { type: 'object', orBoolean: true, fields: report, default: false },
  allocations: {
    type: 'object',
    orBoolean: true,
    default: false,
    fields: { forMs: { type: 'number', unit: 'milliseconds', min: 0, defaultsTo: 'until tracking is stopped' } },
  },
  forgetIds: { type: 'boolean', default: false },
  exposeInternals: { type: 'boolean', default: false },
  exposeNumericValues: { type: 'boolean', default: false },
};

const watch = {
  onReport: { type: 'function', required: true },
  onError: { type: 'function', defaultsTo: 'a process warning' },
  intervalMs: { type: 'number', unit: 'milliseconds', above: 0, default: 10_000 },
  windowSamples: { type: 'whole', min: 1, max: 100, default: 6 },
  windows: { type: 'whole', min: 1, max: 100, default: 3 },
  minGrowthBytes: { type: 'number', unit: 'bytes', above: 0, default: 10_000_000 },
  limitShare: { type: 'number', above: 0, max: 1, default: 0.8 },
  minIntervalMs: { type: 'number', unit: 'milliseconds', min: 0, default: 600_000 },
  maxCaptures: { type: 'number', above: 0, default: 24 },
  keep: { type: 'whole', min: 1, max: 100, default: 3 },
  dir: { type: 'path' },
  maxBytes: { type: 'whole', unit: 'bytes', min: 1000, default: 16_384 },
  force: capture.force,
  redact: parse.redact,
  // Maps are read in the process that runs out of memory.
  sourceMaps: { ...sourceMaps, default: 'off' },
};

/** @type {Record<string, Declarations>} */
const FUNCTIONS = { parse, filter: { ...parse, sourceMaps }, redact, report, diff, allocations, snapshot, attach, attachedSnapshot, capture, watch };

module.exports = { FUNCTIONS, JOB: job };
