'use strict';

/**
 * The blocks of which formatted answers consist. `report.js`, `diff.js` and others decide what an answer says, the two
 * renderers how blocks look in a terminal and in Markdown.
 */

const { spansOf } = require('./spans.js');
const { renderMarkdown } = require('./render-markdown.js');
const { renderText } = require('./render-text.js');

/** Default width in cells. */
const DEFAULT_WIDTH = 100;

/** The title of the answer. */
function title(content) {
  return { kind: 'title', spans: spansOf(content) };
}

/** The title of a part, with a short note. */
function heading(content, aside) {
  return { kind: 'heading', spans: spansOf(content), aside: spansOf(aside) };
}

/** A sentence. */
function line(content) {
  return { kind: 'line', spans: spansOf(content) };
}

/**
 * A table. A column is `{ title, align, truncate, shrink, drop }`. `shrink` is the least width to which it may be cut, and
 * `truncate` tells where (`end`, `middle`, `start`). If the table is still too wide, the column with the highest `drop` is
 * left out first.
 */
function table(columns, rows) {
  return { kind: 'table', columns, rows: rows.map((row) => row.map(spansOf)) };
}

/**
 * A numbered list. Each item has figures in columns, a label, and below it details `[term, content]`, which are wrapped
 * instead of cut.
 */
function entries(list, start = 1) {
  return {
    kind: 'entries',
    start,
    list: list.map(({ figures, label, details }) => ({
      figures: figures.map(spansOf),
      label: spansOf(label),
      details: details.map(([term, content]) => ({ term, ...detailOf(content) })).filter(({ spans, lines = [] }) => spans.length > 0 || lines.length > 0),
    })),
  };
}

/** A detail in words, or `{ lines }` of code, which text alone shows. */
function detailOf(content) {
  return Array.isArray(content?.lines) ? { spans: [], lines: content.lines } : { spans: spansOf(content) };
}

/** Entries that Markdown shows folded. */
function details(list) {
  return { ...entries(list), kind: 'details' };
}

/** Lines of a drawn tree: `[{ prefix, spans }]`. */
function tree(lines) {
  return { kind: 'tree', lines };
}

/**
 * @param {object[]} blocks
 * @param {{ format?: 'text' | 'markdown', color?: boolean, width?: number }} [options]
 * `color` and `width` apply to text only. @default text without colours, 100 cells wide
 * @returns {string} ends with a line break
 */
function render(blocks, { format = 'text', color = false, width = DEFAULT_WIDTH } = {}) {
  return format === 'markdown' ? renderMarkdown(blocks) : renderText(blocks, { color, width });
}

module.exports = { DEFAULT_WIDTH, title, heading, line, table, entries, details, tree, render };
