'use strict';

/** Formats one object, or the retainers of an object or class. */

const { roleOfShare } = require('./cells.js');
const document = require('./document.js');
const { nodeLabel, sourceLabel } = require('./labels.js');
const { treeOrNothing } = require('./nodes.js');
const { formatAmount, formatBytes, formatDistance, formatPercent } = require('./numbers.js');
const { pathBlocks } = require('./paths.js');
const { heap, words } = require('./spans.js');

/**
 * @param {object} answer
 * @param {import('../../index').NodeRow} answer.node with `references` and `retainers`
 * @param {import('../../index').PathResult} answer.paths
 * @param {import('../../index').NodeRow[]} answer.dominators from the root to the node
 * @param {object} [options] as of `formatReport`
 * @returns {string}
 */
function formatNode({ node, paths, dominators }, options = {}) {
  const shown = { showStrings: options.showStrings };
  return document.render(
    [
      document.title(nodeLabel(node, shown)),
      document.table([{ title: '' }, { title: '', shrink: 20 }], facts(node, dominators, shown)),
      ...pathBlocks(paths, shown),
      document.heading('Refers to', formatAmount(node.edgeCount, 'reference')),
      treeOrNothing(node.references, 'references', shown),
      document.heading('Referred to by'),
      treeOrNothing(node.retainers, 'retainers', shown),
    ],
    options,
  );
}

function facts(node, dominators, shown) {
  const dominator = dominators[dominators.length - 2];
  return [
    ['class', heap(node.className)],
    ['type', heap(node.type)],
    ['self size', formatBytes(node.selfSize)],
    ['retained size', [words(`${formatBytes(node.retainedSize)}, ${formatPercent(node.percent)} of the heap`, roleOfShare(node))]],
    ['distance', formatDistance(node.distance)],
    ...(node.detached ? [['detached', words('yes', 'alarm')]] : []),
    ...(node.source === null ? [] : [['source', sourceLabel(node.source)]]),
    ...(dominator === undefined ? [] : [['dominated by', nodeLabel(dominator, shown)]]),
  ];
}

/**
 * @param {object} answer
 * @param {import('../../index').PathResult} answer.paths
 * @param {import('../../index').NodeRow | null} answer.node the object, or the largest of the class, with `retainers`
 * @param {object} [options] as of `formatReport`, and `of`: the id or class asked for
 * @returns {string}
 */
function formatRetainers({ paths, node }, options = {}) {
  const shown = { showStrings: options.showStrings };
  const blocks = [document.title(['What holds ', typeof options.of === 'number' ? heap(`@${options.of}`, 'id') : heap(String(options.of))])];
  if (paths.total > 1) blocks.push(document.line(counts(paths)));
  blocks.push(...pathBlocks(paths, shown));
  if (node !== null) {
    blocks.push(document.heading(['Retainers of ', ...nodeLabel(node, shown)]), treeOrNothing(node.retainers, 'retainers', shown));
  }
  return document.render(blocks, options);
}

function counts({ total, patterns, unreachable, paths }) {
  const unseen = patterns - paths.length;
  return [
    words(formatAmount(total, 'object'), 'strong'),
    `, ${formatAmount(patterns, 'path shape')}`,
    ...(unseen > 0 ? [`, the ${paths.length} most frequent shown`] : []),
    ...(unreachable > 0 ? [`; ${formatAmount(unreachable, 'object')} not reachable from a GC root`] : []),
    '.',
  ];
}

module.exports = { formatNode, formatRetainers };
