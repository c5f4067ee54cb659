'use strict';

/** Formats the answer of `filter`. */

const { NODE_COLUMNS, nodeCells } = require('./cells.js');
const document = require('./document.js');
const { nodeLabel, referenceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatCount } = require('./numbers.js');
const { exceededBlocks } = require('./report.js');
const { heap, words } = require('./spans.js');
const { treeLines } = require('./tree.js');

/** Direct references printed for each row. JSON has all of them. */
const EDGES_SHOWN = 20;

/**
 * @param {import('../../index').FilterResult} result
 * @param {object} [options] as of `formatReport`, and `offset`, where the page starts
 * @returns {string}
 */
function formatNodes(result, options = {}) {
  return document.render([...exceededBlocks(options.exceeded), document.line(summary(result, options)), ...rows(result, options), ...next(result)], options);
}

function summary({ total, selfSize, nodes, mineOnly }, { offset = 0 }) {
  const shown = nodes.length === 0 || nodes.length === total ? '' : `; showing ${formatCount(offset + 1)} to ${formatCount(offset + nodes.length)}`;
  const kind = mineOnly ? `${formatAmount(total, 'object')} of the program` : formatAmount(total, 'object');
  return [words(kind, 'strong'), `, self size ${formatBytes(selfSize)}${shown}`];
}

function rows({ nodes }, { showStrings }) {
  if (nodes.length === 0) return [];
  const table = (some) => document.table(NODE_COLUMNS, some.map((node) => nodeCells(node, { showStrings })));
  if (!nodes.some(hasDetails)) return [table(nodes)];
  return nodes.flatMap((node) => [document.heading(nodeLabel(node, { showStrings })), table([node]), ...nodeTrees(node, { showStrings })]);
}

function hasDetails(node) {
  return node.edges !== undefined || node.references !== undefined || node.retainers !== undefined;
}

/** The trees below a row: direct references, references, retainers. */
function nodeTrees(node, options) {
  const blocks = [];
  if (node.edges !== undefined) blocks.push(document.line(words(`Direct references: ${formatCount(node.edgeCount)}`)), document.tree(edgeLines(node)));
  if (node.references !== undefined) blocks.push(document.line('Refers to'), treeOrNothing(node.references, 'references', options));
  if (node.retainers !== undefined) blocks.push(document.line('Referred to by'), treeOrNothing(node.retainers, 'retainers', options));
  return blocks;
}

function treeOrNothing(tree, direction, { showStrings }) {
  if (tree.items.length === 0 && tree.omitted === 0) return document.tree([{ prefix: '└─ ', spans: [words('nothing', 'faint')] }]);
  return document.tree(treeLines(tree, direction, { showStrings }));
}

function edgeLines({ edges }) {
  const lines = edges.slice(0, EDGES_SHOWN).map((edge) => ({ prefix: '├─ ', spans: [referenceLabel(edge), words(' → ', 'faint'), heap(`@${edge.to}`, 'id')] }));
  if (edges.length > EDGES_SHOWN) lines.push({ prefix: '├─ ', spans: [words(`… ${formatCount(edges.length - EDGES_SHOWN)} more`, 'faint')] });
  if (lines.length > 0) lines[lines.length - 1].prefix = '└─ ';
  return lines;
}

function next({ next: offset }) {
  return offset === null ? [] : [document.line(words(`More: --offset ${offset}`, 'faint'))];
}

module.exports = { formatNodes, treeOrNothing };
