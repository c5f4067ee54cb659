'use strict';

// Predicates for classes, paths and scripts in options.

const { isRegExp } = require('node:util').types;
const { argumentError } = require('../api/errors.js');

const EXPECTED = 'a class, its name or a RegExp';

/** DevTools' name for the instances of a class. */
function className(what, value) {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'function' && value.name !== '') return value.name;
  throw argumentError(what, 'a class that has a name, or the name', value);
}

/** A name, or a predicate for several. */
function namePattern(what, value) {
  return isRegExp(value) ? value : className(what, value);
}

function namePatterns(what, value) {
  const list = Array.isArray(value) ? value : [value];
  try {
    return list.map((each, i) => namePattern(`${what}[${i}]`, each));
  } catch {
    throw argumentError(what, `${EXPECTED}, or an array of these`, value);
  }
}

/** Whether a text is the name or matches the RegExp. */
function matches(pattern, text) {
  if (typeof pattern === 'string') return pattern === text;
  // A RegExp with flag g or y would continue from its last match.
  pattern.lastIndex = 0;
  return pattern.test(text);
}

module.exports = { className, matches, namePattern, namePatterns };
