'use strict';

// The options of leak assertions → the same, checked and complete.

const { isRegExp } = require('node:util').types;
const { check, fields } = require('../api/checks.js');
const { argumentError } = require('../api/errors.js');
const { toBytes } = require('../api/typed.js');
const { namePattern, namePatterns } = require('./names.js');

const whole = (least) => check((value) => Number.isSafeInteger(value) && value >= least, `a whole number, ${least} or more`);
const duration = check((value) => typeof value === 'number' && value > 0, 'milliseconds, more than 0');

/** Bytes as a number or as people write them. */
function size(what, value) {
  const bytes = typeof value === 'string' ? toBytes(value) : value;
  if (typeof bytes !== 'number' || !(bytes >= 0)) throw argumentError(what, "bytes, or a size such as '64 kB' or '1 MB'", value);
  return bytes;
}

/**
 * What may grow → `{ pattern, most }`, `most` objects a round.
 * Names alone, or `{ Session: 5 }`.
 */
function allowances(what, value) {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRegExp(value);
  if (!isTable) return namePatterns(what, value).map((pattern) => ({ pattern, most: Infinity }));
  return Object.entries(value).map(([name, most]) => {
    if (typeof most !== 'number' || !(most >= 0)) throw argumentError(`${what}.${name}`, 'a number of objects', most);
    return { pattern: namePattern(what, name), most };
  });
}

const leakFields = {
  iterations: whole(1),
  rounds: whole(1),
  warmup: whole(0),
  allow: allowances,
  ignore: namePatterns,
  classes: namePatterns,
  maxGrowth: size,
  timeout: duration,
};

function leakOptions(options = {}) {
  const given = fields('options', leakFields, options);
  const { iterations = 20 } = given;
  return { rounds: 3, warmup: iterations, allow: [], ignore: [], ...given, iterations };
}

const growthOptions = (options) => ({ allow: [], ...fields('options', { allow: allowances }, options) });

const collectionOptions = (options) => ({ timeout: 2000, ...fields('options', { timeout: duration }, options) });

module.exports = { collectionOptions, growthOptions, leakOptions, size };
