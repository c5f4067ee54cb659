'use strict';

/** An answer of any length → one within a number of bytes, the same for the same heap. */

/** Rows of each list, and parts of the report, in the order in which they are given up. */
const LEVELS = [[Infinity, Infinity], [5, Infinity], [3, Infinity], [3, 5], [2, 3], [1, 3], [1, 2], [0, 1]];

const CUT = '…\n';

/**
 * @param {number | undefined} maxBytes no limit without
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

/** The beginning that fits, never half a character. */
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

/** The report with at most so many rows in each list. */
function shortened(report, rows) {
  if (rows === Infinity) return report;
  const few = (list) => list.slice(0, rows);
  return {
    ...report,
    suspects: few(report.suspects),
    classes: few(report.classes),
    biggest: few(report.biggest),
    byPackage: few(report.byPackage),
    collections: few(report.collections),
    duplicatedStrings: { ...report.duplicatedStrings, strings: few(report.duplicatedStrings.strings) },
    detached: { ...report.detached, nodes: few(report.detached.nodes) },
  };
}

/** The report in as many rows as fit as JSON, or the shortest there is. */
function shortenedTo(maxBytes, report, textOf) {
  for (const rows of [Infinity, 5, 3, 2, 1]) {
    const some = shortened(report, rows);
    if (Buffer.byteLength(textOf(some)) <= maxBytes) return some;
  }
  return shortened(report, 0);
}

module.exports = { shortened, shortenedTo, withinBudget };
