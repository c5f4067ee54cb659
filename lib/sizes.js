'use strict';

// Sizes as people write them → bytes.

const SIZE = /^([+-]?\d+(?:\.\d+)?)\s*(?:([kmgtp])(i?)b?|b)?$/i;
const POWERS = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/** `1000`, `10kB`, `1.5MB` (powers of 1000), `1GiB` (powers of 1024) → bytes; `undefined` when it is none. */
function toBytes(text) {
  const match = SIZE.exec(text.trim());
  if (match === null) return undefined;
  const [, number, prefix, binary] = match;
  const base = binary ? 1024 : 1000;
  const bytes = Number(number) * (prefix === undefined ? 1 : base ** POWERS[prefix.toLowerCase()]);
  return Math.round(bytes);
}

module.exports = { toBytes };
