'use strict';

/** Formats the answer of `group`: a row for each group, those of the next level below it. */

const { roleOfShare } = require('./cells.js');
const document = require('./document.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCount, formatCountDelta, formatPercent } = require('./numbers.js');
const { heap, words } = require('./spans.js');

const COLUMNS = [
  { title: 'Group', shrink: 20 },
  { title: 'Count', align: 'right' },
  { title: 'Self size', align: 'right', drop: 0 },
  { title: 'Retained size', align: 'right' },
  { title: '% of heap', align: 'right', drop: 1 },
];

const CHANGE_COLUMNS = [
  { title: 'Group', shrink: 20 },
  { title: 'Count', align: 'right' },
  { title: 'Change', align: 'right' },
  { title: 'Self size', align: 'right', drop: 0 },
  { title: 'Retained size', align: 'right', drop: 1 },
  { title: 'Change', align: 'right' },
];

/**
 * @param {import('../../index').GroupResult} result
 * @param {object} [options] as of `formatReport`, and `offset`, where the page starts
 * @returns {string}
 */
function formatGroups(result, options = {}) {
  const { groups, total, count, selfSize, retainedSize, next, by } = result;
  const { offset = 0 } = options;
  const isComparison = result.countDelta !== undefined;
  const objects = isComparison ? `${formatAmount(count, 'object')} (${formatCountDelta(result.countDelta)})` : formatAmount(count, 'object');
  const shown = groups.length === 0 || groups.length === total ? '' : `; showing ${formatCount(offset + 1)} to ${formatCount(offset + groups.length)}`;
  const blocks = [
    document.line([words(`${formatAmount(total, 'group')} by ${by.join(', ')}`, 'strong'), ` of ${objects}, ${formatBytes(selfSize)}; they retain ${formatBytes(retainedSize)}${shown}`]),
  ];
  if (groups.length > 0) blocks.push(document.table(isComparison ? CHANGE_COLUMNS : COLUMNS, groups.flatMap((group) => rows(group, isComparison, ''))));
  if (next !== null) blocks.push(document.line(words(`More: --offset ${next}`, 'faint')));
  return document.render(blocks, options);
}

function rows(group, isComparison, indent) {
  const { groups = [], omitted = 0 } = group;
  const below = groups.flatMap((each) => rows(each, isComparison, `${indent}  `));
  const more = omitted > 0 ? [[words(`${indent}  ${formatAmount(omitted, 'more group')}`, 'faint'), ...Array.from({ length: isComparison ? 5 : 4 }, () => '')]] : [];
  return [isComparison ? changeCells(group, indent) : cells(group, indent), ...below, ...more];
}

/** The object that a group is about follows its name. */
const label = ({ key, id }, indent) => [indent, heap(key), id === undefined ? '' : words(` @${id}`, 'faint')];

function cells(group, indent) {
  const role = roleOfShare(group);
  return [
    label(group, indent),
    formatCount(group.count),
    formatBytes(group.selfSize),
    words(formatBytes(group.retainedSize), role),
    words(formatPercent(group.percent), role),
  ];
}

function changeCells(group, indent) {
  return [
    label(group, indent),
    formatCount(group.count),
    formatCountDelta(group.countDelta),
    formatBytes(group.selfSize),
    formatBytes(group.retainedSize),
    formatBytesDelta(group.retainedSizeDelta),
  ];
}

module.exports = { formatGroups };
