'use strict';

// Checks options against their declarations and converts them to what the addon reads.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const path = require('node:path');
const { isRegExp } = require('node:util').types;
const { toPath } = require('../../input/source.js');
const { argumentError } = require('../errors.js');
const { toBytes } = require('../typed.js');
const { MAX_ID, expectedOf } = require('./describe.js');
const { nearest } = require('./nearest.js');

/**
 * @typedef {import('./describe.js').Declaration} Declaration
 * @typedef {import('./describe.js').Declarations} Declarations
 */

const isString = (value) => typeof value === 'string';
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value) => Number.isInteger(value) && value >= 0 && value <= MAX_ID;
const isWithin = (value, { min, above, max }) => !(value < min) && !(value <= above) && !(value > max);

/** Types whose values stay as they are. */
const TESTS = {
  whole: (value, declaration) => Number.isSafeInteger(value) && isWithin(value, declaration),
  number: (value, declaration) => typeof value === 'number' && !Number.isNaN(value) && isWithin(value, declaration),
  id: isId,
  idOrName: (value) => isString(value) || isId(value),
  boolean: (value) => typeof value === 'boolean',
  string: isString,
  choice: (value, { choices }) => choices.includes(value),
  // The core checks whether the filter exists.
  namedFilter: isString,
  function: (value) => typeof value === 'function',
  // Checked by its methods, not its class: Jest and jsdom have their own AbortSignals.
  signal: (value) => typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function',
  worker: (value) => typeof value?.getHeapSnapshot === 'function',
  // What is asked checks that it is open.
  snapshot: (value) => typeof value?.nodeCount === 'number' && value.closed === false,
};

/** Types whose values are converted; `undefined` means that the value is not accepted. */
const READERS = {
  ids: (value, what) => (Array.isArray(value) ? value.map((each, i) => readOption(`${what}[${i}]`, { type: 'id' }, each)) : isId(value) ? [value] : undefined),
  words: (value, what, { choices, isOpen }) => {
    const words = READERS.names(value);
    const unknown = isOpen ? undefined : words?.find((word) => !choices.includes(word));
    if (unknown !== undefined) throw argumentError(what, `among ${choices.join(', ')}`, unknown, hintOf(unknown, choices));
    return words;
  },
  names: (value) => (isString(value) ? [value] : Array.isArray(value) && value.every(isString) ? value : undefined),
  text: readText,
  range: readRange,
  properties: (value, what) => each(value, what, readProperty),
  query: (value, what, { members }) => (isObject(value) ? checkOptions(what, members, value) : undefined),
  removals: (value, what, { members }) => each(value, what, (one, where) => (isId(one) ? one : READERS.query(one, where, { members }))),
  object: (value, what, { fields }) => (isObject(value) ? checkOptions(what, fields, value) : undefined),
  key: readKey,
  size: readSize,
  path: (value, what) => toPath(value, what),
  sourceMaps: readSourceMaps,
  target: readTarget,
};

/** One value or an array of them. */
function each(value, what, read) {
  if (!Array.isArray(value)) return read(value, what);
  const all = value.map((one, i) => read(one, `${what}[${i}]`));
  return all.includes(undefined) ? undefined : all;
}

function readProperty(property, what) {
  if (!isObject(property)) return undefined;
  const { name, value, to, ...others } = property;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw unknownOption(what, { name: {}, value: {}, to: {} }, unknown, others[unknown]);
  return {
    name: readOption(`${what}.name`, { type: 'text' }, name),
    ...(value !== undefined && { value: readValue(value, `${what}.value`) }),
    ...(to !== undefined && { to: readOption(`${what}.to`, { type: 'text' }, to) }),
  };
}

/** What a property may be compared with. */
function readValue(value, what) {
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value;
  const text = isString(value) || isRegExp(value) || isObject(value) ? readText(value, what) : undefined;
  if (text === undefined) throw argumentError(what, 'a string, a RegExp, a number, a boolean or null', value);
  return text;
}

/** Texts and patterns as `{ exact }`, `{ contains }` or `{ regex, flags }`. */
function readText(value, what) {
  if (isString(value)) return { exact: value };
  if (isRegExp(value)) return { regex: value.source, flags: patternFlags(what, value) };
  if (!isObject(value)) return undefined;
  const { exact, contains, regex, flags = '' } = value;
  if (isString(exact)) return { exact };
  if (isString(contains)) return { contains };
  return isString(regex) && isString(flags) ? { regex, flags } : undefined;
}

/** `g`, `y` and `d` do not affect whether there is a match. */
function patternFlags(what, { flags }) {
  if (flags.includes('v')) throw argumentError(what, 'a RegExp without flag v', flags);
  return flags.replace(/[gyd]/g, '');
}

/** Infinite limits are no limits, and JSON cannot represent them. */
function readRange(value, what) {
  const limits = checkOptions(what, { min: { type: 'number' }, max: { type: 'number' } }, value);
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => Number.isFinite(limit)));
}

/** A copy, so that the caller can change the key during the work. */
function readKey(value) {
  const bytes = isString(value) ? Buffer.from(value, 'utf8') : value;
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength === 0) return undefined;
  return Uint8Array.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Bytes as a number, or as text with a unit. */
function readSize(value) {
  const bytes = isString(value) ? toBytes(value) : value;
  return typeof bytes === 'number' && bytes >= 0 ? bytes : undefined;
}

/** A process, a port or an address. */
function readTarget(value) {
  if (Number.isSafeInteger(value) && value > 0) return String(value);
  if (value instanceof URL) return value.href;
  return isString(value) && value.trim() !== '' ? value : undefined;
}

/** A word, or a folder, whose path becomes absolute: the working directory may change. */
function readSourceMaps(value, what, { choices }) {
  if (choices.includes(value)) return value;
  if (!isString(value) && !(value instanceof URL)) return undefined;
  const folder = path.resolve(toPath(value, what));
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
}

/**
 * One option. Throws an error with its name, what was expected and what was found.
 * @param {string} what The name of the option in index.d.ts.
 * @param {Declaration} declaration
 */
function readOption(what, declaration, value) {
  if (declaration.orBoolean && typeof value === 'boolean') {
    if (declaration.fields === undefined) return value;
    return value ? {} : undefined;
  }
  if (declaration.check !== undefined) return declaration.check(what, value);
  const { [declaration.type]: test } = TESTS;
  if (test === undefined) {
    const read = READERS[declaration.type](value, what, declaration);
    if (read !== undefined) return read;
  } else if (test(value, declaration)) {
    return value;
  }
  throw argumentError(what, expectedOf(declaration), value);
}

/**
 * Members of an object, each by its declaration; missing and undefined ones are left out. An unknown member is an error,
 * because it may be a misspelt option.
 * @param {Declarations} declarations
 */
function checkOptions(what, declarations, value = {}) {
  if (!isObject(value)) throw argumentError(what, 'an object', value);
  for (const name of Object.keys(value)) if (!Object.hasOwn(declarations, name)) throw unknownOption(what, declarations, name, value[name]);
  const checked = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    const { [name]: given } = value;
    if (given === undefined && !declaration.required) continue;
    const read = readOption(`${what}.${name}`, declaration, given);
    if (read !== undefined) checked[name] = read;
  }
  return checked;
}

function unknownOption(what, declarations, name, value) {
  const known = Object.keys(declarations);
  return argumentError(what, `an object with fields among ${known.join(', ')}`, { [name]: value }, hintOf(name, known));
}

function hintOf(word, known) {
  const meant = nearest(word, known);
  return meant === undefined ? undefined : `${word}: did you mean ${meant}?`;
}

/** The same, with defaults for missing members. */
function completeOptions(what, declarations, value) {
  const defaults = Object.entries(declarations).filter(([, declaration]) => declaration.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, declaration]) => [name, declaration.default])), ...checkOptions(what, declarations, value) };
}

/** The options that are declared. */
function pickOptions(declarations, options) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(declarations, name)));
}

module.exports = { checkOptions, completeOptions, pickOptions, readOption };
