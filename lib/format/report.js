'use strict';

/** Formats the answer of `report`: first what leaks, then what keeps memory alive. */

const { baselineBlocks } = require('./baseline.js');
const { CLASS_COLUMNS, classCells, NODE_COLUMNS, nodeCells, roleOfShare } = require('./cells.js');
const { shortened, withinBudget } = require('./budget.js');
const document = require('./document.js');
const { leakLabel, nodeLabel, sourceLabel } = require('./labels.js');
const { formatAmount, formatBar, formatBytes, formatCount, formatPercent } = require('./numbers.js');
const { outsideFigures } = require('./outside.js');
const { heap, words } = require('./spans.js');
const { sentence, suspects, inconclusive } = require('./suspects.js');
const { quoted } = require('./text.js');

const BAR_CELLS = 20;

/**
 * @param {import('../../index').Report} report
 * @param {object} [options]
 * @param {'text' | 'markdown'} [options.format] @default 'text'
 * @param {boolean} [options.color] escape sequences in text @default false
 * @param {number} [options.width] cells of a line of text, 60 at least @default 100
 * @param {boolean} [options.showStrings] print the contents of strings @default false
 * @param {string} [options.title] name of the snapshot
 * @param {number} [options.maxBytes] the answer's size in UTF-8, at most
 * @param {string[]} [options.exceeded] thresholds that were exceeded
 * @returns {string}
 */
function formatReport(report, options = {}) {
  return withinBudget(options.maxBytes, (rows, parts) => {
    const some = shortened(report, rows);
    const blocks = [
      [
        document.title(options.title === undefined ? 'Heap report' : ['Heap report: ', heap(options.title)]),
        ...exceededBlocks(options.exceeded),
        ...verdict(report),
        ...baselineBlocks(report.baseline),
      ],
      [...suspects(some.suspects, report.timeline, report.baseline), ...inconclusive(some.inconclusive, report.timeline)],
      [...outsideBlocks(report.outside), document.line(totals(report.totals)), ...statistics(report.statistics)],
      biggest(some.biggest, options),
      classes(some.classes),
      [...byPackage(some.byPackage), ...collections(some.collections)],
      duplicatedStrings(some.duplicatedStrings, options),
      detached(some.detached, options),
      skipped(report.skipped),
    ];
    return document.render(blocks.slice(0, parts).flat(), options);
  });
}

/** The verdict. */
function verdict({ verdict: text, suspects: found, inconclusive: open }) {
  const names = [...found, ...open].flatMap((row) => [leakLabel(row), row.holder.path, row.path]);
  return [document.line([words('Verdict: ', found.length === 0 ? 'strong' : 'alarm'), ...sentence(text, names)])];
}

/** The reason for exit code 1, because a comment on a pull request does not show stderr. */
function exceededBlocks(exceeded = []) {
  return exceeded.map((text) => document.line([words('Threshold exceeded: ', 'alarm'), heap(text)]));
}

/** Files have no such figures. */
function outsideBlocks(outside) {
  if (outside === null) return [];
  const { title, aside, columns, rows, notes } = outsideFigures(outside);
  return [document.heading(title, aside), document.table(columns, rows), ...notes.map(document.line)];
}

function totals({ size, nodes, edges, strings }) {
  return [
    words(formatBytes(size), 'strong'),
    ` in ${formatAmount(nodes, 'object')}, ${formatAmount(edges, 'reference')}, ${formatAmount(strings, 'string')}`,
  ];
}

function statistics({ total, native, v8heap }) {
  const kinds = [
    ['Code', v8heap.code],
    ['Strings', v8heap.strings],
    ['JS arrays', v8heap.jsArrays],
    ['Typed arrays', native.typedArrays],
    ['System objects', v8heap.system],
    ['Other JS objects', v8heap.total - v8heap.code - v8heap.strings - v8heap.jsArrays - v8heap.system],
    ['Other native objects', native.total - native.typedArrays],
  ].sort((a, b) => b[1] - a[1]);
  const rows = kinds.map(([kind, size]) => {
    const share = total > 0 ? size / total : 0;
    return [kind, formatBytes(size), formatPercent(share * 100), words(formatBar(share, BAR_CELLS), 'bar')];
  });
  const columns = [{ title: 'Kind' }, { title: 'Size', align: 'right' }, { title: '% of heap', align: 'right' }, { title: '', drop: 1 }];
  return [document.heading('Memory by kind'), document.table(columns, rows)];
}

function biggest(nodes, options) {
  if (nodes.length === 0) return [];
  const list = nodes.map((node) => {
    const role = roleOfShare(node);
    return {
      figures: [words(formatBytes(node.retainedSize), role), words(formatPercent(node.percent), role)],
      label: nodeLabel(node, options),
      details: [
        ['held by', node.path === null ? null : heap(node.path, 'path')],
        ['source', sourceLabel(node.source)],
      ],
    };
  });
  return [document.heading('Largest objects', 'by retained size: the memory that would be freed without them'), document.entries(list)];
}

function classes(rows) {
  if (rows.length === 0) return [];
  return [document.heading('Classes', 'by retained size, all instances together'), document.table(CLASS_COLUMNS, rows.map(classCells))];
}

function duplicatedStrings({ total, wasted, strings }, { showStrings = false }) {
  if (total === 0) return [];
  const columns = [
    { title: 'Wasted', align: 'right' },
    { title: 'Copies', align: 'right' },
    { title: 'Length', align: 'right' },
    { title: 'Example' },
    { title: 'Contents', shrink: 20 },
  ];
  const rows = strings.map((row) => [
    words(`${row.truncated ? 'up to ' : ''}${formatBytes(row.wasted)}`, 'strong'),
    formatCount(row.count),
    `${row.truncated ? 'over ' : ''}${formatCount(row.length)}`,
    row.ids.length === 0 ? [] : heap(`@${row.ids[0]}`, 'id'),
    showStrings && row.value !== null ? heap(quoted(row.value)) : [],
  ]);
  const isTruncated = strings.some((row) => row.truncated);
  const amount = `${isTruncated ? 'at least ' : ''}${formatBytes(wasted)}`;
  const blocks = [
    document.heading('Duplicated strings', `${formatAmount(total, 'string')} with more than one copy, ${amount} wasted`),
    document.table(columns, rows),
  ];
  if (isTruncated) blocks.push(document.line(words('Of long strings V8 writes 1,024 characters: those with “over” may differ after them.', 'faint')));
  if (!showStrings) blocks.push(document.line(words('Contents are hidden because they may be secret; --show-strings (showStrings: true) shows them.', 'faint')));
  return blocks;
}

function detached({ count, selfSize, nodes }, options) {
  if (count === 0) return [];
  return [
    document.heading('Detached nodes', `${formatAmount(count, 'detached DOM node')} still retained, self size ${formatBytes(selfSize)}`),
    document.table(NODE_COLUMNS, nodes.map((node) => nodeCells(node, options))),
  ];
}

function skipped(notes) {
  if (notes.length === 0) return [];
  return [document.heading('Skipped', 'parts of the file that this version does not know'), ...notes.map((note) => document.line(['- ', heap(note)]))];
}

function byPackage(rows) {
  if (rows.length === 0) return [];
  const columns = [{ title: 'Retained', align: 'right' }, { title: '% of heap', align: 'right' }, { title: 'Package', shrink: 20 }];
  const cells = rows.map(({ name, retainedSize, percent }) => [formatBytes(retainedSize), formatPercent(percent), name === null ? 'own code' : heap(name)]);
  return [document.heading('Packages', 'by what their functions and instances of their classes retain'), document.table(columns, cells)];
}

function collections(rows) {
  if (rows.length === 0) return [];
  const columns = [
    { title: 'Retained', align: 'right' },
    { title: 'Elements', align: 'right' },
    { title: 'Filled', align: 'right' },
    { title: 'Element class', shrink: 8, drop: 1 },
    { title: 'Collection', shrink: 20 },
  ];
  const cells = rows.map(({ retainedSize, elements, fillRatio, elementClasses, path, className, id }) => [
    formatBytes(retainedSize),
    formatCount(elements),
    fillRatio === null ? '' : formatPercent(fillRatio * 100),
    heap(elementClasses.map(({ name }) => name).join(', ')),
    [heap(`${className} @${id}`), ' ', heap(path ?? '', 'path')],
  ]);
  return [document.heading('Collections', 'by retained size'), document.table(columns, cells)];
}

module.exports = { formatReport, exceededBlocks };
