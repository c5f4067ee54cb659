'use strict';

/** Draws a tree of references or retainers as lines. */

const { nodeLabel, referenceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatDistance } = require('./numbers.js');
const { words } = require('./spans.js');

/** Between a reference and its node. */
const JOINTS = { references: ' → ', retainers: ' in ' };

/**
 * Lines for a `tree` block. Recursive, because queries limit the depth to 20.
 * @param {'references' | 'retainers'} direction
 */
function treeLines(tree, direction, options) {
  const lines = [];
  addLevel(lines, tree, '', { joint: JOINTS[direction], ...options });
  return lines;
}

function addLevel(lines, { items, omitted }, indent, options) {
  items.forEach((item, index) => {
    const last = index === items.length - 1 && omitted === 0;
    lines.push({ prefix: indent + (last ? '└─ ' : '├─ '), spans: itemSpans(item, options) });
    const below = item.node[options.joint === JOINTS.retainers ? 'retainers' : 'references'];
    if (below !== undefined && !item.cycle) addLevel(lines, below, indent + (last ? '   ' : '│  '), options);
  });
  if (omitted > 0) lines.push({ prefix: `${indent}└─ `, spans: [words(`… ${formatAmount(omitted, 'more', 'more')}`, 'faint')] });
}

function itemSpans(item, { joint, ...options }) {
  const spans = [referenceLabel(item), words(joint, 'faint'), ...nodeLabel(item.node, options), words('  '), words(formatBytes(item.node.retainedSize), 'strong')];
  const distance = formatDistance(item.node.distance);
  if (joint === JOINTS.retainers && distance !== '-') spans.push(words(`  distance ${distance}`, 'faint'));
  if (item.cycle) spans.push(words('  already above', 'faint'));
  return spans;
}

module.exports = { treeLines };
