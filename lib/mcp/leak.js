'use strict';

/** Suspects as text: what the report says of them, without its layout. */

const document = require('../format/document.js');
const { suspectEntry } = require('../format/suspects.js');
const { lineOf } = require('./answer.js');

/** What tells a suspect from the others. */
const BRIEF = new Set(['held by', 'declared', 'class', 'certainty']);

/**
 * @param {import('../../index').Suspect} row
 * @param {{ title: string, timeline?: object, isBrief?: boolean }} options
 * @returns {string[]} lines
 */
function leakLines(row, { title, timeline, isBrief = false }) {
  const [{ figures, label, details }] = document.details([suspectEntry(row, timeline)]).list;
  const [amount, bytes, percent] = figures;
  const head = lineOf(`${title}: `, label, ', ', amount, ' retain ', bytes, ', ', percent, ' of the heap');
  const told = isBrief ? details.filter(({ term }) => BRIEF.has(term)) : details;
  return [head, ...told.flatMap(({ term, spans, lines }) => (lines === undefined ? [lineOf(`  ${term}: `, spans)] : codeRows(lines)))];
}

/** Lines of code below their title. */
function codeRows(lines) {
  return lines.length === 0 ? [] : ['  code:', ...lines.map((each) => lineOf('  ', each))];
}

/** Suspects, then what is inconclusive, by the numbers that the tool `suspect` takes. */
function leaksIn({ suspects, inconclusive }) {
  const titled = (rows, noun, from) => rows.map((row, i) => ({ row, title: `${noun} ${from + i + 1}` }));
  return [...titled(suspects, 'Suspect', 0), ...titled(inconclusive, 'Inconclusive, suspect', suspects.length)];
}

module.exports = { codeRows, leakLines, leaksIn };
