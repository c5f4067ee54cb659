'use strict';

/** What an answer says of an object, a class, a path: one line each, in the notation of `lib/format`. */

const { nodeLabel, referenceLabel, sourceLabel, stepNode } = require('../format/labels.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCountDelta, formatDistance, formatPercent } = require('../format/numbers.js');
const { heap } = require('../format/spans.js');
const { lineOf, listOf } = require('./answer.js');

const retained = ({ retainedSize, percent }) => `retains ${formatBytes(retainedSize)} (${formatPercent(percent)})`;

/** `Session @123: self 64 B, retains 20.0 MB (66.1%), distance 4, /app/session.js:10:3` */
function nodeRow(node, shown) {
  const { selfSize, distance, source } = node;
  return lineOf(nodeLabel(node, shown), ': ', listOf(`self ${formatBytes(selfSize)}`, retained(node), `distance ${formatDistance(distance)}`, sourceLabel(source)));
}

/** `#12 Session: 2,000 objects, self 64 kB, retains 20.0 MB (66.1%), /app/session.js:10:3` */
function classRow(row) {
  const { index, name, count, selfSize, source } = row;
  return lineOf(`#${index} `, heap(name), ': ', listOf(formatAmount(count, 'object'), `self ${formatBytes(selfSize)}`, retained(row), sourceLabel(source)));
}

/** `.sessions → Map @12, retains 20.0 MB, /app/session.js:10:3` */
function stepRow(step, shown) {
  const reference = step.type === null ? 'from ' : [referenceLabel(step), ' → '];
  return lineOf('  ', reference, listOf(nodeLabel(stepNode(step), shown), `retains ${formatBytes(step.retainedSize)}`, sourceLabel(step.source)));
}

/** The steps in the text of a path, and the object that it begins at. */
function stepRows({ steps, omitted = 0 }, shown) {
  const first = steps.findIndex(({ internal }) => !internal);
  const told = steps.filter(({ internal }, i) => !internal || i === first - 1 || i === steps.length - 1);
  const rows = told.map((step) => stepRow(step, shown));
  return omitted === 0 ? rows : [...rows, `  ${formatAmount(omitted, 'step')} of this path left out`];
}

/** `.sessions → Map @12`: a reference, or what refers. */
function treeRow({ node, ...reference }, joint, shown) {
  return lineOf('  ', referenceLabel(reference), joint, nodeLabel(node, shown), `, retains ${formatBytes(node.retainedSize)}`);
}

/** `Session: +1,000 objects, self +64 kB, retained +10.0 MB` */
function classChangeRow({ name, countDelta, sizeDelta, retainedDelta }) {
  return lineOf(heap(name), ': ', listOf(`${formatCountDelta(countDelta)} objects`, `self ${formatBytesDelta(sizeDelta)}`, retainedDelta === undefined ? null : `retained ${formatBytesDelta(retainedDelta)}`));
}

/** `Map @12: +10.0 MB, now 30.0 MB, held by sessions, /app/session.js:10:3` */
function nodeChangeRow(node, shown) {
  const { growth, retainedAfter, path, source } = node;
  return lineOf(nodeLabel(node, shown), ': ', listOf(formatBytesDelta(growth), `now ${formatBytes(retainedAfter)}`, path ? ['held by ', heap(path)] : null, sourceLabel(source)));
}

module.exports = { classChangeRow, classRow, nodeChangeRow, nodeRow, retained, stepRows, treeRow };
