'use strict';

/** Renders blocks as lines for a terminal of a given width. */

const { fit, widthOf, words, wrap } = require('./spans.js');
const { paint } = require('./style.js');
const { columnWidths } = require('./table-layout.js');

const GAP = 2;
const INDENT = 2;

/** The least width of the layout. A narrower terminal breaks the lines. */
const MIN_WIDTH = 60;

/** A detail longer than this many lines is cut in its middle. */
const DETAIL_LINES = 3;

function renderText(blocks, { color, width }) {
  const page = { color, width: Math.max(MIN_WIDTH, width) };
  const parts = blocks.map((block) => RENDERERS[block.kind](block, page));
  let text = '';
  blocks.forEach((block, index) => {
    if (startsParagraph(block, blocks[index - 1])) text += '\n';
    text += parts[index].map((each) => `${each.trimEnd()}\n`).join('');
  });
  return text;
}

function startsParagraph(block, previous) {
  if (previous === undefined) return false;
  return block.kind === 'heading' || previous.kind === 'title' || (block.kind === 'line' && previous.kind !== 'line' && previous.kind !== 'heading');
}

const RENDERERS = {
  title: ({ spans }, page) => [paint(fit(emphasised(spans, 'heading'), page.width), page.color)],

  heading: ({ spans, aside }, page) => {
    const all = aside.length === 0 ? emphasised(spans, 'heading') : [...emphasised(spans, 'heading'), words('  '), ...emphasised(aside, 'faint')];
    return [paint(fit(all, page.width), page.color)];
  },

  line: ({ spans }, page) => sentence(spans, page),

  table: textTable,
  entries: textEntries,
  details: textEntries,

  tree: ({ lines }, page) =>
    lines.map(({ prefix, spans }) => {
      const start = ' '.repeat(INDENT) + prefix;
      return paint([words(start, 'faint'), ...fit(spans, Math.max(20, page.width - start.length))], page.color);
    }),
};

/** Gives our own words the role; names of the heap keep theirs. */
function emphasised(spans, role) {
  return spans.map((span) => (span.role === 'plain' ? { ...span, role } : span));
}

/** Breaks lines between words. A name of the heap that fits into a line is not broken. */
function sentence(spans, { width, color }) {
  const lines = [[]];
  for (const piece of spans.flatMap(piecesOf)) {
    const current = lines[lines.length - 1];
    if (current.length === 0) current.push(piece);
    else if (widthOf(current) + widthOf([piece]) > width) lines.push([{ ...piece, text: piece.text.trimStart() }]);
    else current.push(piece);
  }
  return lines.map((each) => paint(fit(each, width), color));
}

function piecesOf(span) {
  return span.text.split(/(?= )/).map((text) => ({ text, role: span.role }));
}

function textTable({ columns, rows }, { width, color }) {
  const titles = columns.map(({ title }) => [words(title, 'faint')]);
  const { widths, kept } = columnWidths(columns, [titles, ...rows], width - INDENT, GAP);
  const shownRows = columns.some(({ title }) => title !== '') ? [titles, ...rows] : rows;
  return shownRows.map((cells) => {
    const shown = kept.map((index) => aligned(fit(cells[index], widths[index], columns[index].truncate), widths[index], columns[index].align));
    return ' '.repeat(INDENT) + shown.map((spans) => paint(spans, color)).join(' '.repeat(GAP));
  });
}

function aligned(spans, width, align) {
  const filling = words(' '.repeat(Math.max(0, width - widthOf(spans))));
  return align === 'right' ? [filling, ...spans] : [...spans, filling];
}

function textEntries({ list, start }, page) {
  const numberWidth = String(start + list.length - 1).length + 1;
  const figureCount = list.length === 0 ? 0 : list[0].figures.length;
  const figureWidths = Array.from({ length: figureCount }, (_, index) => Math.max(...list.map(({ figures }) => widthOf(figures[index]))));
  const termWidth = Math.max(0, ...list.flatMap(({ details }) => details.map(({ term }) => term.length)));

  return list.flatMap(({ figures, label, details }, position) => {
    const number = words(`${start + position}.`.padStart(numberWidth), 'faint');
    const cells = [[number], ...figures.map((spans, index) => aligned(spans, figureWidths[index], 'right'))];
    const lead = cells.reduce((sum, cell) => sum + widthOf(cell) + GAP, INDENT);
    const first = ' '.repeat(INDENT) + [...cells, fit(label, Math.max(20, page.width - lead), 'first')].map((spans) => paint(spans, page.color)).join(' '.repeat(GAP));
    const indent = INDENT + numberWidth + GAP;
    return [first, ...details.flatMap((detail) => detailLines(detail, indent, termWidth, page))];
  });
}

function detailLines({ term, spans, lines }, indent, termWidth, { width, color }) {
  const space = Math.max(20, width - indent - termWidth - GAP);
  const wrapped = lines === undefined ? wrap(spans, space, DETAIL_LINES) : lines.map((each) => fit(each, space));
  return wrapped.map((each, index) => {
    const name = (index === 0 ? term : '').padEnd(termWidth + GAP);
    return paint([words(' '.repeat(indent) + name, 'faint'), ...each], color);
  });
}

module.exports = { renderText };
