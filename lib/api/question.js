'use strict';

// What the caller asks → the question the addon reads: every field checked, texts and patterns written alike.

const { isRegExp } = require('node:util').types;
const { bool, check, fields, isBoolean, isObject, isString, isWhole, number, oneOf, string, strings, whole } = require('./checks.js');
const { argumentError } = require('./errors.js');

const MOST_ID = 2 ** 32 - 1;
const MOST_ROWS = 100_000;

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
const diffFields = { ...pageFields, mode: oneOf('classes', 'new', 'grown', 'freed'), class: whole(0, MOST_ID), paths: bool };
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
  format,
  nodeQuery,
  pageFields,
  pathFields,
  reportFields,
  reportSize,
  sortFields,
};
