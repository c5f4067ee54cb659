'use strict';

// The options of watch(), checked, with their defaults.

const { argumentError } = require('../errors.js');
const { fields } = require('../question.js');
const { toInput } = require('../source.js');

const check = (test, expected) => (what, value) => {
  if (!test(value)) throw argumentError(what, expected, value);
  return value;
};
const positive = check((value) => typeof value === 'number' && value > 0, 'a number above 0');
const count = check((value) => Number.isInteger(value) && value >= 1 && value <= 100, 'a whole number from 1 to 100');
const share = check((value) => typeof value === 'number' && value > 0 && value <= 1, 'a number above 0, up to 1');
const flag = check((value) => typeof value === 'boolean', 'a boolean');
const action = check((value) => typeof value === 'function', 'a function');
const folder = (what, value) => {
  const { path } = toInput(value, what);
  if (path === undefined) throw argumentError(what, 'a path', value);
  return path;
};

const watchFields = {
  intervalMs: positive,
  windowSamples: count,
  windows: count,
  minGrowthBytes: positive,
  limitShare: share,
  minIntervalMs: (what, value) => (value === 0 ? value : positive(what, value)),
  maxCaptures: (what, value) => (value === Infinity ? value : positive(what, value)),
  keep: count,
  dir: folder,
  maxBytes: check((value) => Number.isInteger(value) && value >= 1000, 'a whole number of bytes, 1000 or more'),
  force: flag,
  redact: (what, value) => value,
  onReport: action,
  onError: action,
};

const defaults = {
  intervalMs: 10_000,
  windowSamples: 6,
  windows: 3,
  minGrowthBytes: 10e6,
  limitShare: 0.8,
  minIntervalMs: 600_000,
  maxCaptures: 24,
  keep: 3,
  maxBytes: 16_384,
  force: false,
};

function watchOptions(options) {
  const checked = { ...defaults, ...fields('options', watchFields, options) };
  if (checked.onReport === undefined) throw argumentError('options.onReport', 'a function', undefined);
  return checked;
}

module.exports = { watchOptions };
