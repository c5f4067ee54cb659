'use strict';

// The options of watch(), checked, with their defaults.

const { bool, check, fields, whole } = require('../api/checks.js');
const { argumentError } = require('../api/errors.js');
const { toPath } = require('../input/source.js');

const positive = check((value) => typeof value === 'number' && value > 0, 'a number above 0');
const count = whole(1, 100);
const share = check((value) => typeof value === 'number' && value > 0 && value <= 1, 'a number above 0, up to 1');
const action = check((value) => typeof value === 'function', 'a function');

const watchFields = {
  intervalMs: positive,
  windowSamples: count,
  windows: count,
  minGrowthBytes: positive,
  limitShare: share,
  minIntervalMs: (what, value) => (value === 0 ? value : positive(what, value)),
  maxCaptures: (what, value) => (value === Infinity ? value : positive(what, value)),
  keep: count,
  dir: (what, value) => toPath(value, what),
  maxBytes: check((value) => Number.isInteger(value) && value >= 1000, 'a whole number of bytes, 1000 or more'),
  force: bool,
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
