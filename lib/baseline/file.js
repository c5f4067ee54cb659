'use strict';

// The file of known leaks. A saved report is one too: what it suspects is known.

const fs = require('node:fs');
const { HeaprayError, ioError } = require('../api/errors.js');
const { visible } = require('../format/text.js');
const { ratesOf } = require('./rates.js');

const KIND = 'heapray-baseline';
const VERSION = 1;

const FINGERPRINT = /^[0-9a-f]{16}$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isAbsent = (value) => value === undefined || value === null;
const isText = (value) => isAbsent(value) || typeof value === 'string';
const isRate = (value) => isAbsent(value) || (Number.isFinite(value) && value >= 0);

/** What the fields of an entry must be; others are kept as they are. */
const FIELDS = {
  fingerprint: ['16 hexadecimal digits', (value) => typeof value === 'string' && FINGERPRINT.test(value)],
  className: ['a string', isText],
  holder: ['a string', isText],
  reason: ['a string', isText],
  owner: ['a string', isText],
  expires: ['a date such as 2027-01-31', (value) => isAbsent(value) || (typeof value === 'string' && (value === '' || isDate(value)))],
  bytesPerInterval: ['a number, 0 or more', isRate],
  countPerInterval: ['a number, 0 or more', isRate],
};

/** `2027-02-30` is none, although `Date` takes it. */
function isDate(text) {
  if (!DATE.test(text) || Number.isNaN(Date.parse(text))) return false;
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/**
 * @param {string} file
 * @returns {object} the file's content, checked
 * @throws {HeaprayError} `ERR_IO`, `ERR_BASELINE`
 */
function readBaseline(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw ioError(file, error);
  }
  return parseBaseline(text, file);
}

function parseBaseline(text, file) {
  const damaged = (why) => new HeaprayError('ERR_BASELINE', visible(`this is no baseline: ${why}`), { path: file });
  let content;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw damaged(text.trim() === '' ? 'the file is empty' : `it is not valid JSON (${error.message})`);
  }
  if (content?.kind === 'report' && Array.isArray(content.suspects)) return ofReport(content);
  if (!isObject(content) || content.kind !== KIND) throw damaged(`expected an object with "kind": "${KIND}", or a report saved as JSON`);
  if (content.schemaVersion !== VERSION) throw damaged(`expected "schemaVersion": ${VERSION}, found ${JSON.stringify(content.schemaVersion)}`);
  if (!Array.isArray(content.leaks)) throw damaged('expected an array "leaks"');
  const seen = new Map();
  content.leaks.forEach((entry, at) => {
    const wrong = faultOf(entry);
    if (wrong !== undefined) throw damaged(`leaks[${at}]${wrong}`);
    if (seen.has(entry.fingerprint)) throw damaged(`leaks[${at}].fingerprint is that of leaks[${seen.get(entry.fingerprint)}] too`);
    seen.set(entry.fingerprint, at);
  });
  return content;
}

function faultOf(entry) {
  if (!isObject(entry)) return ` must be an object, found ${JSON.stringify(entry)}`;
  for (const [name, [expected, test]] of Object.entries(FIELDS)) {
    if (!test(entry[name])) return `.${name} must be ${expected}, found ${entry[name] === undefined ? 'nothing' : JSON.stringify(entry[name])}`;
  }
  return undefined;
}

const empty = () => ({ kind: KIND, schemaVersion: VERSION, leaks: [] });

const ofReport = (report) => withReport(empty(), report);

/**
 * The baseline with what the report suspects. Entries keep all that people wrote, and those that did not occur stay.
 * @param {object} baseline
 * @param {import('../../index.d.ts').Report} report
 */
function withReport(baseline, report) {
  const rates = ratesOf(report.suspects);
  const leaks = baseline.leaks.map((entry) => {
    const now = rates.get(entry.fingerprint);
    return now === undefined ? entry : { ...entry, ...recorded(now) };
  });
  const known = new Set(leaks.map(({ fingerprint }) => fingerprint));
  for (const [fingerprint, now] of rates) {
    if (!known.has(fingerprint)) leaks.push({ fingerprint, ...recorded(now), reason: '', owner: '', expires: null });
  }
  return { ...baseline, leaks };
}

/** A rate that this report cannot tell does not replace one that is known. */
function recorded({ className, holder, bytesPerInterval, countPerInterval }) {
  const rates = Object.entries({ bytesPerInterval, countPerInterval }).filter(([, rate]) => rate !== null);
  return { className, holder, ...Object.fromEntries(rates) };
}

/** Indented, because people write reasons into it. */
const textOf = (baseline) => `${JSON.stringify(baseline, null, 2)}\n`;

module.exports = { empty, parseBaseline, readBaseline, textOf, withReport };
