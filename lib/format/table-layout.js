'use strict';

/** Chooses the columns of a table and their widths. */

const { widthOf } = require('./spans.js');

/**
 * Columns have their natural width if the table fits. If not, those with `shrink` become narrower, the widest first, and then
 * columns with `drop` are left out, the highest first.
 */
function columnWidths(columns, rows, available, gap) {
  const natural = columns.map((_, index) => Math.max(...rows.map((cells) => widthOf(cells[index]))));
  let kept = columns.map((_, index) => index).filter((index) => hasContent(rows, index));
  for (;;) {
    const widths = shrunk(columns, natural, kept, available - gap * (kept.length - 1));
    if (widths !== null) return { widths, kept };
    const dropped = highestDrop(columns, kept);
    if (dropped === undefined) return { widths: narrowest(columns, natural), kept };
    kept = kept.filter((index) => index !== dropped);
  }
}

/** Whether a column is empty in every row after the first, which has the titles. */
function hasContent(rows, index) {
  return rows.length === 1 || rows.slice(1).some((cells) => cells[index].length > 0);
}

function shrunk(columns, natural, kept, available) {
  const widths = [...natural];
  let excess = kept.reduce((sum, index) => sum + widths[index], 0) - available;
  while (excess > 0) {
    const index = widestShrinkable(columns, widths, kept);
    if (index === undefined) return null;
    widths[index] -= 1;
    excess -= 1;
  }
  return widths;
}

function widestShrinkable(columns, widths, kept) {
  let widest;
  for (const index of kept) {
    const { shrink } = columns[index];
    if (shrink === undefined || widths[index] <= shrink) continue;
    if (widest === undefined || widths[index] > widths[widest]) widest = index;
  }
  return widest;
}

function highestDrop(columns, kept) {
  const droppable = kept.filter((index) => columns[index].drop !== undefined);
  return droppable.sort((a, b) => columns[b].drop - columns[a].drop)[0];
}

function narrowest(columns, natural) {
  return natural.map((width, index) => Math.min(width, columns[index].shrink ?? width));
}

module.exports = { columnWidths };
