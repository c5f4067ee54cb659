'use strict';

/** Formats the list of what can be attached to. */

const document = require('./document.js');
const { formatAmount, formatBytes } = require('./numbers.js');
const { heap, words } = require('./spans.js');

const COLUMNS = [
  { title: 'Kind' },
  { title: 'TARGET' },
  { title: 'Memory', align: 'right' },
  { title: 'Heap', align: 'right' },
  { title: 'Uptime', align: 'right' },
  { title: 'Name', shrink: 20, truncate: 'start' },
];

/**
 * @param {import('../attach/list.js').Row[]} rows
 * @param {object} [options] as of `formatReport`
 */
function formatTargets(rows, options = {}) {
  if (rows.length === 0) return document.render([document.line(words('Nothing runs here that can be attached to.'))], options);
  const blocks = [document.line([words(formatAmount(rows.length, 'program'), 'strong'), ' can be attached to']), document.table(COLUMNS, rows.map(cellsOf))];
  blocks.push(document.line(words('heapray attach TARGET takes snapshots and reports what leaks', 'faint')));
  return document.render(blocks, options);
}

function cellsOf({ kind, target, select, title, memory, heapUsed, uptime }) {
  const size = (bytes) => (bytes === null ? '' : formatBytes(bytes));
  return [kind, select === null ? target : heap(`${target} --target '${select}'`), size(memory), size(heapUsed), uptime === null ? '' : formatDuration(uptime), heap(title)];
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
];

/** Seconds in their largest unit. */
function formatDuration(seconds) {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

module.exports = { formatDuration, formatTargets };
