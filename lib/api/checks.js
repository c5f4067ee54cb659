'use strict';

// What the caller gives → the same, checked. A check throws what says where, what was expected and what was found.

const { argumentError } = require('./errors.js');

const isWhole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
const isString = (value) => typeof value === 'string';
const isBoolean = (value) => typeof value === 'boolean';
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A check: gives the field as the addon reads it, or throws. */
const check = (test, expected) => (what, value) => {
  if (!test(value)) throw argumentError(what, expected, value);
  return value;
};

const whole = (least, most) =>
  check((value) => isWhole(value, least, most), `a whole number from ${least} to ${most}`);
const bool = check(isBoolean, 'a boolean');
const string = check(isString, 'a string');
const strings = check(
  (value) => isString(value) || (Array.isArray(value) && value.every(isString)),
  'a string or an array of strings',
);
const oneOf = (...values) => check((value) => values.includes(value), values.map((value) => `'${value}'`).join(', '));
const number = check((value) => typeof value === 'number' && !Number.isNaN(value), 'a number');

/**
 * Fields of an object, each by its own check; what is left out or undefined stays out. An unknown field
 * is an error: a filter that ignores a misspelt condition answers another question.
 */
function fields(what, checks, value = {}) {
  if (!isObject(value)) throw argumentError(what, 'an object', value);
  const checked = {};
  for (const [name, field] of Object.entries(value)) {
    if (!Object.hasOwn(checks, name)) {
      throw argumentError(what, `an object with fields among ${Object.keys(checks).join(', ')}`, { [name]: field });
    }
    if (field !== undefined) checked[name] = checks[name](`${what}.${name}`, field);
  }
  return checked;
}

module.exports = { bool, check, fields, isBoolean, isObject, isString, isWhole, number, oneOf, string, strings, whole };
