'use strict';

// What the caller asks → the question the addon reads: every field checked, texts and patterns written alike.
//
// An unknown field is an error: a filter that ignores a misspelt condition answers another question.

const { isRegExp } = require('node:util').types;
const { argumentError } = require('./errors.js');

const MOST_ID = 2 ** 32 - 1;
const MOST_ROWS = 100_000;

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

const id = whole(0, MOST_ID);
const ids = (what, value) => (Array.isArray(value) ? value.map((one, i) => id(`${what}[${i}]`, one)) : [id(what, value)]);

/** Texts and patterns as `{ exact }`, `{ contains }` or `{ regex, flags }`. */
function text(what, value) {
  if (isString(value)) return { exact: value };
  if (isRegExp(value)) return { regex: value.source, flags: patternFlags(what, value) };
  if (isObject(value)) {
    if (isString(value.exact)) return { exact: value.exact };
    if (isString(value.contains)) return { contains: value.contains };
    if (isString(value.regex) && (value.flags === undefined || isString(value.flags))) {
      return { regex: value.regex, flags: value.flags ?? '' };
    }
  }
  throw argumentError(what, 'a string, a RegExp, { exact }, { contains } or { regex, flags }', value);
}

/** `g`, `y` and `d` say how to go on after a match; here only whether there is one counts. */
function patternFlags(what, { flags }) {
  if (flags.includes('v')) throw argumentError(what, 'a RegExp without flag v', flags);
  return flags.replace(/[gyd]/g, '');
}

/** Fields of an object, each by its own check; what is left out or undefined stays out. */
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

const object = (checks) => (what, value) => fields(what, checks, value);

/** Infinite limits are no limits, and JSON has no word for them. */
function range(what, value) {
  const limits = fields(what, { min: number, max: number }, value);
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => Number.isFinite(limit)));
}

const treeFields = { depth: whole(1, 20), limit: whole(1, 1000) };
/** `true` asks for the tree with the depth and breadth that are usual; `false` for none. */
function tree(what, value) {
  if (value === false) return undefined;
  return value === true ? {} : fields(what, treeFields, value);
}

const order = oneOf('ascending', 'descending');
const nodeSort = oneOf('retainedSize', 'selfSize', 'ratio', 'distance', 'id');
const pageFields = { limit: whole(0, MOST_ROWS), offset: whole(0, Number.MAX_SAFE_INTEGER) };
const sortFields = { ...pageFields, sort: nodeSort, order };
const share = check((value) => typeof value === 'number' && value >= 0 && value <= 1, 'a number from 0 to 1');
const dominatorTreeFields = { root: id, depth: whole(1, 100), limit: whole(1, 1000), minShare: share };
const pathFields = { limit: whole(1, 1000) };

const queryFields = {
  ...sortFields,
  id: ids,
  name: text,
  type: (what, value) => [strings(what, value)].flat(),
  class: text,
  script: (what, value) => (isBoolean(value) ? value : text(what, value)),
  selfSize: range,
  retainedSize: range,
  distance: range,
  detached: bool,
  edgeName: text,
  retainedBy: id,
  referencedFrom: id,
  allocated: object({ after: id, upTo: id }),
  filter: string,
  mineOnly: (what, value) => (value === 'auto' ? value : bool(what, value)),
  edges: bool,
  references: tree,
  retainers: tree,
};

const classFields = {
  ...pageFields,
  name: text,
  filter: string,
  sort: oneOf('retainedSize', 'selfSize', 'count', 'distance', 'name'),
  order,
};

const reportFields = { limit: whole(1, 1000), showStrings: bool };
/** A summary shorter than this says nothing. */
const reportSize = whole(1000, Number.MAX_SAFE_INTEGER);
const diffFields = { ...pageFields, mode: oneOf('classes', 'new', 'grown', 'freed'), paths: bool };
const format = oneOf('json', 'text', 'markdown');

const nodeQuery = (query) => fields('query', queryFields, query);
const classQuery = (query) => fields('query', classFields, query);

/** A number (node id or class index) or a class name. */
function checkIdOrName(what, value) {
  if (!isString(value) && !isWhole(value, 0, MOST_ID)) throw argumentError(what, 'a whole number or a class name', value);
  return value;
}

module.exports = {
  checkId: id,
  checkIdOrName,
  classQuery,
  diffFields,
  dominatorTreeFields,
  fields,
  format,
  nodeQuery,
  pageFields,
  pathFields,
  reportFields,
  reportSize,
  sortFields,
};
