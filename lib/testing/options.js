'use strict';

// Checks and completes the options of leak assertions.

const { isRegExp } = require('node:util').types;
const { completeOptions } = require('../api/options/check.js');
const { argumentError } = require('../api/errors.js');
const { sourceMaps } = require('../api/options/questions.js');
const { namePattern, namePatterns } = require('./names.js');

/**
 * The option `allow` → `{ pattern, most }` with at most `most` objects a round.
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

const names = { type: 'names', check: namePatterns };
const allow = { type: 'allowances', check: allowances };
const timeout = { type: 'number', unit: 'milliseconds', above: 0 };

const leaks = {
  iterations: { type: 'whole', min: 1, default: 20 },
  rounds: { type: 'whole', min: 1, default: 3 },
  warmup: { type: 'whole', min: 0, defaultsTo: 'iterations' },
  allow,
  ignore: names,
  classes: { ...names, defaultsTo: "all of the program's; code, shapes and V8's internals never" },
  maxGrowth: { type: 'size', defaultsTo: 'growth is judged by the number of objects' },
  sourceMaps,
  allocations: { type: 'boolean', default: false },
  timeout: { ...timeout, defaultsTo: 'what the test may take where that is known, else 120000' },
};

/** @type {Record<string, import('../api/options/describe.js').Declarations>} */
const ASSERTIONS = {
  LeakOptions: leaks,
  /** A call drives a browser, which takes a second rather than a millisecond. */
  PageLeakOptions: { ...leaks, iterations: { ...leaks.iterations, default: 7 } },
  GrowthOptions: { allow },
  SinceOptions: { sourceMaps },
  CollectionOptions: { sourceMaps, timeout: { ...timeout, default: 2000 } },
};

const leakOptions = (options) => withLists(completeOptions('options', ASSERTIONS.LeakOptions, options));

const pageLeakOptions = (options) => withLists(completeOptions('options', ASSERTIONS.PageLeakOptions, options));

const withLists = (checked) => ({ warmup: checked.iterations, allow: [], ignore: [], ...checked });

const growthOptions = (options) => ({ allow: [], ...completeOptions('options', ASSERTIONS.GrowthOptions, options) });

const sinceOptions = (options) => completeOptions('options', ASSERTIONS.SinceOptions, options);

const collectionOptions = (options) => completeOptions('options', ASSERTIONS.CollectionOptions, options);

module.exports = { ASSERTIONS, collectionOptions, growthOptions, leakOptions, pageLeakOptions, sinceOptions };
