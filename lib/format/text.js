'use strict';

/**
 * Makes strings of the heap safe to print, and measures them in terminal cells.
 *
 * Strings of the heap are not trusted: any client of the captured process may have sent them. Before they are printed,
 * `visible` replaces control characters, escape sequences, overrides of the text direction, lone surrogates and commands
 * for CI systems by JavaScript escapes.
 */

const { withoutLogCommands } = require('./log-commands.js');

/** UTF-16 units of a string that are looked at. Outputs show fewer. */
const LONGEST = 4096;

const ELLIPSIS = '…';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

// Controls, lone surrogates, line and paragraph separators, and format characters: the last reorder
// or hide text. The joiners are left alone because emoji and several scripts are spelled with them.
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

// A letter with hundreds of marks is one cell wide and covers the lines above it.
const MARK_PILE = /(\p{M}{8})\p{M}+/gu;

const SHORT_ESCAPES = new Map([['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\0', '\\0']]);

// Code points that fill two cells although they are no emoji (Unicode's East Asian Width W and F).
const WIDE = new RegExp(
  '^[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u4dbf\\u4e00-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff' +
    '\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{16fe0}-\\u{1b2ff}\\u{1f200}-\\u{1f2ff}\\u{20000}-\\u{3fffd}]',
  'u',
);

const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;

const ONLY_MARKS = /^[\p{M}\u200c\u200d]+$/u;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text with escapes for everything that a terminal or a CI system could interpret. */
function visible(text) {
  const shown = text.length > LONGEST ? withoutHalfPair(text.slice(0, LONGEST)) + ELLIPSIS : text;
  if (PRINTABLE_ASCII.test(shown)) return withoutLogCommands(shown);
  return withoutLogCommands(shown).replace(UNPRINTABLE, escapeOf).replace(MARK_PILE, `$1${ELLIPSIS}`);
}

/** The text in double quotes, as in source code. */
function quoted(text) {
  return `"${visible(text.slice(0, LONGEST + 1).replace(/["\\]/g, '\\$&'))}"`;
}

function escapeOf(character) {
  const code = character.codePointAt(0);
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** Removes the first half of a surrogate pair that a cut left at the end. */
function withoutHalfPair(text) {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

/** The width of the text in cells of a terminal. */
function displayWidth(text) {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme) {
  if (ONLY_MARKS.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

/** The longest prefix that fits into `width` cells. */
function takeStart(text, width) {
  return take(graphemesOf(text), width).join('');
}

/** The longest suffix that fits into `width` cells. */
function takeEnd(text, width) {
  return take(graphemesOf(text).reverse(), width).reverse().join('');
}

function graphemesOf(text) {
  return PRINTABLE_ASCII.test(text) ? text.split('') : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function take(graphemes, width) {
  let used = 0;
  let count = 0;
  for (const grapheme of graphemes) {
    used += graphemeWidth(grapheme);
    if (used > width) break;
    count += 1;
  }
  return graphemes.slice(0, count);
}

module.exports = { ELLIPSIS, visible, quoted, displayWidth, takeStart, takeEnd };
