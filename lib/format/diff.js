'use strict';

/** Formats the answer of `diff`, largest growth first. */

const document = require('./document.js');
const { nodeLabel, sourceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCount, formatCountDelta, formatPercent } = require('./numbers.js');
const { exceededBlocks } = require('./report.js');
const { heap, words } = require('./spans.js');

const HEADINGS = {
  classes: ['Classes by growth', 'of what their objects retain; self sizes of objects allocated and freed'],
  new: ['New objects', 'in the second snapshot only, by retained size'],
  grown: ['Objects that grew', 'the same object in both snapshots, by growth of retained size'],
  freed: ['Freed objects', 'in the first snapshot only, by retained size'],
};

/**
 * @param {import('../../index').DiffResult} diff
 * @param {object} [options] as of `formatReport`; `titles` names the two snapshots
 * @returns {string}
 */
function formatDiff(diff, options = {}) {
  const { titles } = options;
  return document.render(
    [
      document.title(titles === undefined ? 'Heap growth' : ['Heap growth: ', heap(titles[0]), ' → ', heap(titles[1])]),
      ...exceededBlocks(options.exceeded),
      document.line(totals(diff)),
      ...otherProcess(diff),
      document.heading(...HEADINGS[diff.mode]),
      ...(diff.mode === 'classes' ? classBlocks(diff) : nodeBlocks(diff, options)),
      ...hint(diff),
    ],
    options,
  );
}

/** Growth has a cause, which another verb names. */
function hint({ sameProcess, before, after }) {
  if (!sameProcess || after.size <= before.size) return [];
  return [document.line(words('What of it leaks, and who holds it: heapray report with the same snapshots.', 'faint'))];
}

function totals({ before, after }) {
  const growth = after.size - before.size;
  const share = before.size > 0 ? `, ${growth > 0 ? '+' : ''}${((100 * growth) / before.size).toFixed(1)}%` : '';
  return [
    words(formatBytesDelta(growth), roleOfGrowth(growth)),
    `${share}: ${formatBytes(before.size)} → ${formatBytes(after.size)}, `,
    `${formatCount(before.nodes)} → ${formatAmount(after.nodes, 'object')} (${formatCountDelta(after.nodes - before.nodes)})`,
  ];
}

function otherProcess({ sameProcess }) {
  if (sameProcess) return [];
  return [
    document.line([
      words('The snapshots come from different processes: ', 'warning'),
      'their object ids do not match, so every object counts as freed in the first and new in the second. Only the totals per class can be compared.',
    ]),
  ];
}

function roleOfGrowth(growth) {
  if (growth > 0) return 'alarm';
  return growth < 0 ? 'good' : 'plain';
}

const CLASS_COLUMNS = [
  { title: 'Class', shrink: 20 },
  { title: 'New', align: 'right', drop: 2 },
  { title: 'Deleted', align: 'right', drop: 1 },
  { title: 'Count', align: 'right' },
  { title: 'Allocated', align: 'right', drop: 4 },
  { title: 'Freed', align: 'right', drop: 3 },
  { title: 'Size', align: 'right', drop: 0 },
  { title: 'Retained', align: 'right' },
];

function classBlocks({ classes, total }) {
  if (classes.length === 0) return [document.line(total === 0 ? 'No object was added or removed.' : 'No more rows.')];
  const changed = classes.filter(hasChanged);
  if (changed.length === 0) return [document.line('No class grew or shrank.'), ...more(total - classes.length, 'class', 'classes')];
  const rows = changed.map((row) => [
    heap(row.name),
    formatCountDelta(row.addedCount),
    formatCountDelta(-row.removedCount),
    formatCountDelta(row.countDelta),
    formatBytesDelta(row.addedSize),
    formatBytesDelta(-row.removedSize),
    words(formatBytesDelta(row.sizeDelta), roleOfGrowth(row.sizeDelta)),
    words(formatBytesDelta(row.retainedDelta), roleOfGrowth(row.retainedDelta)),
  ]);
  return [document.table(CLASS_COLUMNS, rows), ...more(total - classes.length, 'class', 'classes')];
}

/** Objects that replace others say nothing of growth. */
const hasChanged = ({ countDelta, sizeDelta, retainedDelta }) => countDelta !== 0 || sizeDelta !== 0 || retainedDelta !== 0;

function nodeBlocks({ nodes, mode, total }, options) {
  if (nodes.length === 0) return [document.line(total === 0 ? 'None.' : 'No more rows.')];
  const list = nodes.map((node) => ({
    figures: [words(formatBytesDelta(node.growth), roleOfGrowth(node.growth)), mode === 'grown' ? formatChange(node) : words(formatPercent(node.percent), 'faint')],
    label: nodeLabel(node, options),
    details: [
      ['held by', node.path === null || node.path === undefined ? null : heap(node.path, 'path')],
      ['source', sourceLabel(node.source)],
    ],
  }));
  return [document.entries(list), ...more(total - nodes.length, 'object')];
}

function formatChange({ retainedBefore, retainedAfter }) {
  return words(`${formatBytes(retainedBefore)} → ${formatBytes(retainedAfter)}`, 'faint');
}

function more(count, singular, plural = `${singular}s`) {
  if (count <= 0) return [];
  return [document.line(words(`${formatAmount(count, `more ${singular}`, `more ${plural}`)}: see --limit and --offset.`, 'faint'))];
}

module.exports = { formatDiff, hasChanged };
