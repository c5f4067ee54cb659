'use strict';

/** Formats the answer of `deadVariables`. */

const document = require('./document.js');
const { ownerLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatCount, formatPercent } = require('./numbers.js');
const { heap, words } = require('./spans.js');

const COLUMNS = [
  { title: 'Variable', shrink: 16 },
  { title: 'Declared', truncate: 'start', shrink: 24 },
  { title: 'Contexts', align: 'right', drop: 2 },
  { title: 'Frees', align: 'right' },
  { title: '% of heap', align: 'right', drop: 1 },
  { title: 'Values', shrink: 12, drop: 3 },
];

function cells(row) {
  return [
    heap(row.variable),
    ownerLabel(row.owner),
    formatCount(row.contexts),
    words(formatBytes(row.freedIfCleared), 'strong'),
    formatPercent(row.percent),
    heap(row.className),
  ];
}

/**
 * @param {import('../../index').DeadVariablePage} page
 * @param {object} [options] as of `formatReport`, and `offset`, where the page starts
 * @returns {string}
 */
function formatDeadVariables(page, options = {}) {
  return document.render(page.available ? blocks(page, options) : [because('Not available', page.reason)], options);
}

/** A reason ends in names of scripts, if it has any. */
function because(start, reason) {
  const colon = reason.indexOf(': ');
  const names = colon === -1 ? reason.length : colon + 2;
  return document.line([words(`${start}: ${reason.slice(0, names)}`, 'faint'), heap(reason.slice(names), 'source'), words('.', 'faint')]);
}

function blocks({ total, variables, freedIfAllCleared, percent, next, reason }, { offset = 0 }) {
  const amount = words(formatAmount(total, 'captured variable'), 'strong');
  const unread = reason === null ? [] : [because('Not complete', reason)];
  if (total === 0) return [document.line('All captured variables that keep memory alive are read by a live function.'), ...unread];
  const share = `: ${formatBytes(freedIfAllCleared)} (${formatPercent(percent)} of the heap)`;
  const shown = variables.length === total ? '' : `; showing ${formatCount(offset + 1)} to ${formatCount(offset + variables.length)}`;
  const list = [document.line([amount, ` that no live function reads${share}${shown}`])];
  if (variables.length > 0) list.push(document.table(COLUMNS, variables.map(cells)));
  if (next !== null) list.push(document.line(words(`More: --offset ${next}`, 'faint')));
  return [...list, ...unread];
}

module.exports = { formatDeadVariables };
