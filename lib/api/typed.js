'use strict';

// Parses sizes, patterns and ids as typed on the command line and in the viewer.

const SIZE = /^([+-]?\d+(?:\.\d+)?)\s*(?:([kmgtp])(i?)b?|b)?$/i;
const POWERS = { k: 1, m: 2, g: 3, t: 4, p: 5 };

// Only with valid flags: `/api/users` is text, `/session/i` a regular expression.
const REGULAR_EXPRESSION = /^\/(.+)\/([imsu]*)$/s;

/** `1000`, `10kB`, `1.5MB` (powers of 1000), `1GiB` (powers of 1024) → bytes; `undefined` for other text. */
function toBytes(text) {
  const match = SIZE.exec(text.trim());
  if (match === null) return undefined;
  const [, number, prefix, binary] = match;
  const base = binary ? 1024 : 1000;
  const bytes = Number(number) * (prefix === undefined ? 1 : base ** POWERS[prefix.toLowerCase()]);
  return Math.round(bytes);
}

/**
 * `/re/flags` → a pattern, `undefined` for any other text.
 * @returns {{ regex: string, flags: string } | undefined}
 */
function toPattern(text) {
  const match = REGULAR_EXPRESSION.exec(text);
  if (match === null) return undefined;
  const [, regex = '', flags = ''] = match;
  return { regex, flags };
}

/** `123` or `@123` → a node id; `undefined` for other text. */
function toId(text) {
  return /^@?\d{1,15}$/.test(text) ? Number(text.replace('@', '')) : undefined;
}

module.exports = { toBytes, toPattern, toId };
