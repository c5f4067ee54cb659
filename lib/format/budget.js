'use strict';

/** Shortens answers to a number of bytes. Equal answers are shortened equally. */

const { printableJson } = require('./log-commands.js');

/** Limits on the rows of each list and the parts of the report, tried in this order. */
const LEVELS = [[Infinity, Infinity], [5, Infinity], [3, Infinity], [3, 5], [2, 3], [1, 3], [1, 2], [0, 1]];

const CUT = '…\n';

/**
 * @param {number | undefined} maxBytes `undefined` is no limit
 * @param {(rows: number, parts: number) => string} render
 */
function withinBudget(maxBytes, render) {
  let text = '';
  for (const [rows, parts] of LEVELS) {
    text = render(rows, parts);
    if (maxBytes === undefined || Buffer.byteLength(text) <= maxBytes) return text;
  }
  return cut(text, maxBytes);
}

/** The longest prefix that fits and ends with a whole character. */
function cut(text, maxBytes) {
  const room = Math.max(0, maxBytes - Buffer.byteLength(CUT));
  let size = 0;
  let kept = '';
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > room) break;
    kept += character;
  }
  return kept + CUT;
}

/** The lists of a report, the least important first. */
const LISTS = [
  ['detached', 'nodes'],
  ['duplicatedStrings', 'strings'],
  ['skipped'],
  ['outside', 'resources'],
  ['collections'],
  ['byPackage'],
  ['biggest'],
  ['classes'],
  ['ignoredGrowth'],
  ['outside', 'buckets'],
  ['inconclusive'],
  ['suspects'],
];
/** Lists that are short in any report. */
const SHORT = ['skipped', 'ignoredGrowth', 'outside'];

/** The object with at most `rows` rows in one of its lists. */
function withFew(of, [name, ...inner], rows) {
  const there = of[name];
  // Reports on files have no `outside`.
  if (there === undefined || there === null) return of;
  return { ...of, [name]: inner.length > 0 ? withFew(there, inner, rows) : there.slice(0, rows) };
}

/** The report with at most `rows` rows in each list. */
function shortened(report, rows) {
  if (rows === Infinity) return report;
  return LISTS.filter(([name]) => !SHORT.includes(name)).reduce((some, list) => withFew(some, list, rows), report);
}

/** The report with as many rows as fit in JSON, or the shortest one. */
function shortenedTo(maxBytes, report, textOf) {
  for (const rows of [Infinity, 5, 3, 2, 1]) {
    const some = shortened(report, rows);
    if (Buffer.byteLength(textOf(some)) <= maxBytes) return some;
  }
  return shortened(report, 0);
}

/**
 * The report as JSON of at most `maxBytes`, unless verdict and first suspect alone are longer. Shortens one list after the
 * other, so that the important ones keep their rows.
 */
function briefJson(report, maxBytes) {
  let some = report;
  let json = printableJson(some);
  for (const most of [5, 3, 1, 0]) {
    for (const list of LISTS) {
      if (Buffer.byteLength(json) <= maxBytes) return json;
      some = withFew(some, list, list[0] === 'suspects' ? Math.max(1, most) : most);
      json = printableJson(some);
    }
  }
  return json;
}

module.exports = { briefJson, cut, shortened, shortenedTo, withinBudget };
