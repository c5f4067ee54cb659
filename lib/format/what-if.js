'use strict';

/** Formats the answer of `whatIf`. */

const document = require('./document.js');
const { nodeLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatCount, formatPercent } = require('./numbers.js');
const { exceededBlocks } = require('./report.js');
const { heap, words } = require('./spans.js');

const CLASS_COLUMNS = [
  { title: 'Class', shrink: 20 },
  { title: 'Count', align: 'right' },
  { title: 'Self size', align: 'right' },
];

/**
 * @param {import('../../index').WhatIfResult} result
 * @param {object} [options] as of `formatReport`
 * @returns {string}
 */
function formatWhatIf({ cut, removed, freed, before, after, held }, options = {}) {
  const done = [cut > 0 && `${formatAmount(cut, 'reference')} cut`, removed > 0 && `${formatAmount(removed, 'object')} removed`].filter(Boolean);
  const blocks = [
    document.line([
      words(`${formatBytes(freed.selfSize)} freed`, 'strong'),
      `, ${formatPercent(freed.percent)} of the heap: ${formatAmount(freed.count, 'object')}, with ${done.join(' and ') || 'nothing removed'}; ${formatBytes(before)} → ${formatBytes(after)}`,
    ]),
    ...exceededBlocks(options.exceeded),
  ];
  if (freed.classes.length > 0) {
    blocks.push(document.heading('What is freed', 'self sizes by class'));
    blocks.push(document.table(CLASS_COLUMNS, freed.classes.map(({ name, count, selfSize }) => [heap(name), formatCount(count), formatBytes(selfSize)])));
    const more = freed.total - freed.classes.length;
    if (more > 0) blocks.push(document.line(words(`${formatAmount(more, 'more class', 'more classes')}: see --limit.`, 'faint')));
  }
  if (held.length > 0) {
    blocks.push(document.heading('What stays', 'still held along these paths'));
    blocks.push(document.entries(held.map(({ node, path }) => ({ figures: [formatBytes(node.retainedSize)], label: nodeLabel(node, options), details: [['held by', heap(path, 'path')]] }))));
  }
  return document.render(blocks, options);
}

module.exports = { formatWhatIf };
