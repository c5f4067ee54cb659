'use strict';

/** Formats retaining paths: the path as text, then its steps from the GC root down. */

const { SOURCE_COLUMN } = require('./cells.js');
const document = require('./document.js');
const { nodeLabel, referenceLabel, sourceLabel, stepNode } = require('./labels.js');
const { formatAmount, formatBytes } = require('./numbers.js');
const { heap, words } = require('./spans.js');

const STEP_COLUMNS = [
  { title: 'Reference', shrink: 16, truncate: 'middle' },
  { title: 'leads to', shrink: 20, truncate: 'first' },
  { title: 'Retained size', align: 'right' },
  { ...SOURCE_COLUMN },
];

/**
 * @param {import('../../index').PathResult} result of one object, or of a class when `total` is above 1
 * @param {object} [options] as of `nodeLabel`
 */
function pathBlocks({ total, paths }, options) {
  if (paths.length === 0) return [document.heading('Held by'), document.line('No path from a GC root: it has only weak references, or is garbage that was not collected yet.')];
  return paths.flatMap((path, index) => [
    document.heading(headline(path, index, total), asideOf(path, index)),
    document.line(heap(path.text, 'path')),
    document.table(STEP_COLUMNS, path.steps.map((step) => stepCells(step, options))),
    ...(path.omitted ? [document.line(`${formatAmount(path.omitted, 'step')} of this path not shown.`)] : []),
  ]);
}

function headline({ count }, index, total) {
  if (total <= 1) return index === 0 ? 'Held by' : 'Also held by';
  return [words(formatAmount(count, 'object')), ' held by'];
}

function asideOf({ count }, index) {
  if (count > 1) return 'steps of the object nearest to a GC root';
  return index === 0 ? 'the shortest path from a GC root' : undefined;
}

function stepCells(step, options) {
  return [
    step.type === null ? words('GC root', 'faint') : referenceLabel(step),
    nodeLabel(stepNode(step), options),
    formatBytes(step.retainedSize),
    sourceLabel(step.source),
  ];
}

module.exports = { pathBlocks };
