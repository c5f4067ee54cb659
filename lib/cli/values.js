'use strict';

/** Parses flag values; commander prints the errors. */

const fs = require('node:fs');
const path = require('node:path');
const { InvalidArgumentError } = require('commander');
const { nearest } = require('../api/options/nearest.js');
const { toBytes, toId, toPattern } = require('../api/typed.js');

function parseSize(text) {
  const bytes = toBytes(text);
  if (bytes === undefined || bytes < 0) throw new InvalidArgumentError('Expected a size such as 512, 10kB, 1.5MB or 1GiB.');
  if (bytes > Number.MAX_SAFE_INTEGER) throw new InvalidArgumentError('Expected at most 9 PB.');
  return bytes;
}

function parseCount(text) {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 0 or more.');
  return Number(text);
}

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `60s`, `5m`, `1h` or a number of seconds → milliseconds. */
function parseDuration(text) {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d+)?) ?(ms|s|m|min|h)?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('Expected a time such as 60s, 5m or 1h.');
  const milliseconds = Number(number) * MILLISECONDS[unit];
  // Node.js runs longer timers at once.
  if (milliseconds > 2 ** 31 - 1) throw new InvalidArgumentError('Expected at most 24 days.');
  return milliseconds;
}

/** A node id, `123` or `@123`. */
function parseId(text) {
  const id = toId(text);
  if (id === undefined) throw new InvalidArgumentError('Expected the id of an object, such as 123 or @123.');
  return id;
}

/** Ids, separated by commas or given one by one. */
function parseIds(text, previous = []) {
  return [...previous, ...text.split(',').map(parseId)];
}

/** Words, separated by commas or given one by one. */
function parseList(text, previous = []) {
  return [...previous, ...text.split(',').filter((word) => word !== '')];
}

/** The same, of known words. */
function parseWords(text, previous, { choices, isOpen }) {
  const words = parseList(text, previous);
  const unknown = words.find((word) => !choices.includes(word) && !(isOpen && nearest(word, choices) === undefined));
  if (unknown === undefined) return words;
  const meant = nearest(unknown, choices);
  throw new InvalidArgumentError(`'${unknown}' is none of ${choices.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`);
}

/** `/re/flags` or the exact text. */
function parseText(text) {
  return toPattern(text) ?? { exact: text };
}

function parseContains(text) {
  return { contains: text };
}

const LITERALS = { true: true, false: false, null: null };

/** `NAME`, `NAME=VALUE`, `NAME=>CLASS`, given one by one. */
function parseProperty(text, previous = []) {
  const [, name, arrow, rest] = /^(\/.+?\/[imsu]*|[^=]+)(?:=(>)?(.*))?$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Expected NAME, NAME=VALUE or NAME=>CLASS.');
  const property = { name: parseText(name), ...(rest !== undefined && (arrow ? { to: parseText(rest) } : { value: parseValue(rest) })) };
  return [...previous, property];
}

/** Words that JSON has for other values than text are these values; in quotes they are text. */
function parseValue(text) {
  if (Object.hasOwn(LITERALS, text)) return LITERALS[text];
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const [, quoted] = /^"(.*)"$/s.exec(text) ?? [];
  return quoted === undefined ? parseText(text) : { exact: quoted };
}

/** A reference, as a whole: a name may have a comma. */
function parseReference(text, previous = []) {
  return [...previous, text];
}

/** The id of an object, or the name of a class. */
function parseRemoval(text, previous = []) {
  return [...previous, toId(text) ?? { class: parseText(text) }];
}

/** `3`, `3..7`, `3..`, `..7` → limits, both included. */
function parseRange(text) {
  const match = /^(-?\d{1,15})?(\.\.)?(-?\d{1,15})?$/.exec(text);
  const [, from, dots, to] = match ?? [];
  if (match === null || (from === undefined && to === undefined) || (dots === undefined && to !== undefined)) {
    throw new InvalidArgumentError('Expected a number or a range such as 3, 3..7, 3.. or ..7.');
  }
  if (dots === undefined) return { min: Number(from), max: Number(from) };
  return { ...(from !== undefined && { min: Number(from) }), ...(to !== undefined && { max: Number(to) }) };
}

/** `2` or `2,5` → depth and limit of a tree. */
function parseTree(text) {
  const match = /^(\d{1,6})(?:,(\d{1,6}))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected DEPTH or DEPTH,LIMIT, such as 2 or 2,5.');
  return { depth: Number(match[1]), ...(match[2] !== undefined && { limit: Number(match[2]) }) };
}

/** One of DevTools' filters by its name, or by the number of a context. */
function parseNamedFilter(text, previous, { choices }) {
  if (choices.includes(text) || /^nativeContext_\d+$/.test(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${choices.join(', ')} or nativeContext_N.`);
}

/** For flags with an optional value. */
function parseChoice(text, previous, { choices }) {
  if (choices.includes(text)) return text;
  throw new InvalidArgumentError(`Expected no value or ${choices.join(', ')}.`);
}

/** Checked before a snapshot is read. */
function parseSourceMaps(text, previous, { choices }) {
  if (choices.includes(text)) return text;
  if (fs.statSync(text, { throwIfNoEntry: false })?.isDirectory()) return path.resolve(text);
  throw new InvalidArgumentError(`Expected ${choices.join(', ')} or a folder.`);
}

/**
 * By the type of the option, or by what its flag has in `as`.
 * @type {Record<string, (text: string, previous?: unknown, declaration?: import('../api/options/describe.js').Declaration) => unknown>}
 */
const PARSERS = {
  choice: parseChoice,
  contains: parseContains,
  duration: parseDuration,
  id: parseId,
  ids: parseIds,
  key: (text) => text,
  namedFilter: parseNamedFilter,
  names: parseList,
  path: (text) => text,
  properties: parseProperty,
  range: parseRange,
  reference: parseReference,
  removals: parseRemoval,
  size: parseSize,
  sourceMaps: parseSourceMaps,
  string: (text) => text,
  text: parseText,
  tree: parseTree,
  whole: parseCount,
  words: parseWords,
};

module.exports = { PARSERS, parseId };
