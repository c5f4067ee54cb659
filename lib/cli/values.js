'use strict';

/** Values as people type them → values of the API. Commander prints what is wrong with them. */

const { InvalidArgumentError } = require('commander');
const { toBytes, toId, toPattern } = require('../api/typed.js');

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

function parsePort(text) {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw new InvalidArgumentError('Expected a port, 0 to 65535.');
  return port;
}

/** A node id, `123` or as it is printed, `@123`. */
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

/** `/re/flags` or the exact text. */
function parseText(text) {
  return toPattern(text) ?? { exact: text };
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

module.exports = { parseSize, parseBudget, parseCount, parsePort, parseId, parseIds, parseList, parseText, parseContains, parseRange, parseTree };
