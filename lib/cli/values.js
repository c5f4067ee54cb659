'use strict';

/** Values as people type them → values of the API. Commander prints what is wrong with them. */

const { InvalidArgumentError } = require('commander');
const { toBytes } = require('../sizes.js');

// Only flags the engine knows: `/api/users` is text, `/session/i` a regular expression.
const REGULAR_EXPRESSION = /^\/(.+)\/([imsu]*)$/s;

function parseSize(text) {
  const bytes = toBytes(text);
  if (bytes === undefined || bytes < 0) throw new InvalidArgumentError('Expected a size such as 512, 10kB, 1.5MB or 1GiB.');
  if (bytes > Number.MAX_SAFE_INTEGER) throw new InvalidArgumentError('That is more than 9 PB.');
  return bytes;
}

/** The size of a summary. */
function parseBudget(text) {
  const bytes = parseSize(text);
  if (bytes < 1000) throw new InvalidArgumentError('A summary takes 1000 bytes at least.');
  return bytes;
}

function parseCount(text) {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 0 or more.');
  return Number(text);
}

/** A node id, `123` or as it is printed, `@123`. */
function parseId(text) {
  if (!/^@?\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected the id of an object, such as 123 or @123.');
  return Number(text.replace('@', ''));
}

/** Ids, separated by commas or given one by one. */
function parseIds(text, previous = []) {
  return [...previous, ...text.split(',').map(parseId)];
}

/** Words, separated by commas or given one by one. */
function parseList(text, previous = []) {
  return [...previous, ...text.split(',').filter((word) => word !== '')];
}

/** `/re/flags` or the exact text. */
function parseText(text) {
  const match = REGULAR_EXPRESSION.exec(text);
  return match === null ? { exact: text } : { regex: match[1], flags: match[2] };
}

function parseContains(text) {
  return { contains: text };
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

module.exports = { parseSize, parseBudget, parseCount, parseId, parseIds, parseList, parseText, parseContains, parseRange, parseTree };
