'use strict';

/** Columns and cells that several tables share. */

const { nodeLabel, sourceLabel } = require('./labels.js');
const { formatBytes, formatCount, formatDistance, formatPercent } = require('./numbers.js');
const { heap, words } = require('./spans.js');

/** Shares of the heap from which a size is highlighted, and highlighted strongly. */
const NOTABLE_PERCENT = 5;
const ALARMING_PERCENT = 20;

/**
 * The role of an object's or class's share of the heap. Roots of the program, such as `global`, always retain nearly
 * everything and are not highlighted.
 */
function roleOfShare({ percent, distance }) {
  if (distance <= 1) return 'plain';
  if (percent >= ALARMING_PERCENT) return 'alarm';
  return percent >= NOTABLE_PERCENT ? 'strong' : 'plain';
}

const SOURCE_COLUMN = { title: 'Source', truncate: 'start', shrink: 16, drop: 2 };

const NODE_COLUMNS = [
  { title: 'Object', shrink: 20, truncate: 'first' },
  { title: 'Class', shrink: 12, drop: 3 },
  { title: 'Distance', align: 'right', drop: 4 },
  { title: 'Self size', align: 'right', drop: 0 },
  { title: 'Retained size', align: 'right' },
  { title: '% of heap', align: 'right', drop: 1 },
  SOURCE_COLUMN,
];

function nodeCells(node, options) {
  const role = roleOfShare(node);
  return [
    nodeLabel(node, options),
    node.className === node.name ? [] : heap(node.className),
    formatDistance(node.distance),
    formatBytes(node.selfSize),
    words(formatBytes(node.retainedSize), role),
    words(formatPercent(node.percent), role),
    sourceLabel(node.source),
  ];
}

const CLASS_COLUMNS = [
  { title: 'Class', shrink: 20 },
  { title: 'Count', align: 'right' },
  { title: 'Distance', align: 'right', drop: 3 },
  { title: 'Self size', align: 'right', drop: 0 },
  { title: 'Retained size', align: 'right' },
  { title: '% of heap', align: 'right', drop: 1 },
  SOURCE_COLUMN,
];

function classCells(row) {
  const role = roleOfShare(row);
  return [
    heap(row.name),
    formatCount(row.count),
    formatDistance(row.distance),
    formatBytes(row.selfSize),
    words(formatBytes(row.retainedSize), role),
    words(formatPercent(row.percent), role),
    sourceLabel(row.source),
  ];
}

module.exports = { roleOfShare, SOURCE_COLUMN, NODE_COLUMNS, nodeCells, CLASS_COLUMNS, classCells };
