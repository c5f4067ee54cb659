'use strict';

/** Puts answers together: lines of text, of which as many rows are shown as fit. */

const { cut } = require('../format/budget.js');
const { formatAmount } = require('../format/numbers.js');
const { fit, spansOf } = require('../format/spans.js');

/** Bytes of UTF-8 of an answer. */
const MAX_ANSWER = 4000;
/** Cells of a line. */
const MAX_LINE = 480;
/** For the line that says how to get more rows. */
const RESERVED = 120;

/**
 * One line of spans, strings and lists of them; a longer one is cut in its middle.
 * @param {...(string | object | null | undefined | any[])} contents
 */
function lineOf(...contents) {
  const spans = contents.flat(Infinity).flatMap(spansOf);
  return fit(spans, MAX_LINE, 'middle').map(({ text }) => text).join('');
}

/** Those that are not empty, separated by commas. */
function listOf(...contents) {
  return contents.filter((each) => each !== null && each !== undefined && each !== '' && each.length !== 0).flatMap((each, i) => (i === 0 ? [each] : [', ', each]));
}

/**
 * @param {object} answer
 * @param {string[]} answer.head lines before the rows
 * @param {string[]} answer.rows a page of rows
 * @param {number} [answer.total] rows on all pages
 * @param {number} [answer.offset] where the page starts
 * @param {string} [answer.noun] what a row is about
 * @param {string} [answer.plural]
 * @param {string[]} [answer.foot] lines after the rows, as far as there is space
 */
function answerText({ head, rows = [], total = rows.length, offset = 0, noun = 'row', plural = `${noun}s`, foot = [] }) {
  const lines = [...head];
  let left = spaceBeside(head);
  let shown = 0;
  for (const row of rows) {
    left -= sizeOf([row]);
    if (left < 0 && shown > 0) break;
    lines.push(row);
    shown += 1;
  }
  const remaining = total - offset - shown;
  if (remaining > 0 && shown > 0) lines.push(`${formatAmount(remaining, `more ${noun}`, `more ${plural}`)}: ask again with offset ${offset + shown}.`);
  for (const line of foot) {
    left -= sizeOf([line]);
    if (left < -RESERVED) break;
    lines.push(line);
  }
  return withinLimit(lines.join('\n'));
}

/** Bytes for rows beside these lines. */
const spaceBeside = (lines) => MAX_ANSWER - RESERVED - sizeOf(lines);

const sizeOf = (lines) => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

const withinLimit = (text) => (Buffer.byteLength(text) <= MAX_ANSWER ? text : cut(text, MAX_ANSWER));

module.exports = { MAX_ANSWER, answerText, lineOf, listOf, sizeOf, spaceBeside };
