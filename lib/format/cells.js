'use strict';

/** Columns and cells that several tables share. */

const { nodeLabel, sourceLabel } = require('./labels.js');
const { formatBytes, formatCount, formatDistance, formatPercent } = require('./numbers.js');
const { heap, words } = require('./spans.js');

/** From this share of the heap on, a size is worth a second look; from the other on it is the story. */
const NOTABLE_PERCENT = 5;
const ALARMING_PERCENT = 20;

/**
 * The role an object's or class's share of the heap is shown in. That a root of the program, such as
 * `global`, retains nearly everything is always so and no news.
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
