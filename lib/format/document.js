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

/** The name of the whole answer. */
function title(content) {
  return { kind: 'title', spans: spansOf(content) };
}

/** The name of a part, with a few words on it. */
function heading(content, aside) {
  return { kind: 'heading', spans: spansOf(content), aside: spansOf(aside) };
}

/** A sentence. */
function line(content) {
  return { kind: 'line', spans: spansOf(content) };
}

/**
 * A table. A column is `{ title, align, truncate, shrink, drop }`: `shrink` is the least width it may
 * be cut to, `truncate` says where (`end`, `middle`, `start`), and of the columns with `drop` the
 * highest goes first when the table is still too wide.
 */
function table(columns, rows) {
  return { kind: 'table', columns, rows: rows.map((row) => row.map(spansOf)) };
}

/**
 * A numbered list of items that need more than a table row: figures in columns, a label, and details
 * `[term, content]` below it that are wrapped instead of cut.
 */
function entries(list, start = 1) {
  return {
    kind: 'entries',
    start,
    list: list.map(({ figures, label, details }) => ({
      figures: figures.map(spansOf),
      label: spansOf(label),
      details: details.map(([term, content]) => ({ term, spans: spansOf(content) })).filter(({ spans }) => spans.length > 0),
    })),
  };
}

/** Entries that Markdown folds away until they are opened. */
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
 * `color` and `width` are for text alone. @default text without colours, 100 cells wide
 * @returns {string} ends with a line break
 */
function render(blocks, { format = 'text', color = false, width = DEFAULT_WIDTH } = {}) {
  return format === 'markdown' ? renderMarkdown(blocks) : renderText(blocks, { color, width });
}

module.exports = { DEFAULT_WIDTH, title, heading, line, table, entries, details, tree, render };
