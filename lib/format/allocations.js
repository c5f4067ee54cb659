'use strict';

/** Formats the answer of `allocations`. */

const document = require('./document.js');
const { sourceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatCount } = require('./numbers.js');
const { heap, words } = require('./spans.js');

/** Frames of a stack in text; JSON has all. */
const MAX_FRAMES = 12;

const HOW_TO_RECORD =
  "Record them with heapray's capture({ allocations: true }), DevTools' \"Allocations on timeline\" with stacks, " +
  'or HeapProfiler.startTrackingHeapObjects with trackAllocations: true.';

const COLUMNS = [
  { title: 'Function', shrink: 16 },
  { title: 'Place', truncate: 'start', shrink: 20, drop: 2 },
  { title: 'Alive', align: 'right' },
  { title: 'Bytes alive', align: 'right' },
  { title: 'Allocations', align: 'right', drop: 1 },
  { title: 'Bytes in all', align: 'right' },
];

/**
 * @param {import('../../index').AllocationPage} page
 * @param {object} [options] as of `formatReport`, and `offset`, where the page starts
 * @returns {string}
 */
function formatAllocations(page, options = {}) {
  return document.render(page.available ? blocks(page, options) : notAvailable(page), options);
}

function notAvailable({ reason }) {
  return [document.line(`Not available: ${reason}.`), document.line(HOW_TO_RECORD)];
}

function blocks(page, { offset = 0 }) {
  const { by, total, next, functions, stacks } = page;
  const shown = by === 'stack' ? stacks : functions;
  const amount = words(formatAmount(total, by), 'strong');
  const range = shown.length === total ? '' : `; showing ${formatCount(offset + 1)} to ${formatCount(offset + shown.length)}`;
  const sums = `: ${objects(page.liveCount, page.liveSize)} alive, ${allocations(page)}`;
  const list = [document.line([amount, sums, range])];
  if (shown.length > 0) list.push(by === 'stack' ? document.entries(stacks.map(entry), offset + 1) : document.table(COLUMNS, functions.map(cells)));
  if (next !== null) list.push(document.line(words(`More: --offset ${next}`, 'faint')));
  return list;
}

const objects = (count, bytes) => `${formatAmount(count, 'object')} (${formatBytes(bytes)})`;
const allocations = ({ count, size }) => `${formatAmount(count, 'allocation')} (${formatBytes(size)})`;

const nameOf = ({ functionName }) => heap(functionName || '(anonymous)');

function cells(row) {
  return [
    nameOf(row),
    sourceLabel(row.source),
    formatCount(row.liveCount),
    words(formatBytes(row.liveSize), 'strong'),
    formatCount(row.count),
    formatBytes(row.size),
  ];
}

function entry({ stack, ...sums }) {
  const frames = stack.slice(1, MAX_FRAMES).map((frame) => ['called by', [nameOf(frame), ' ', ...sourceLabel(frame.source)]]);
  const more = stack.length - MAX_FRAMES;
  const [top] = stack;
  return {
    figures: [words(formatAmount(sums.liveCount, 'object'), 'alarm'), words(formatBytes(sums.liveSize), 'strong')],
    label: top === undefined ? words('(no JavaScript function)') : [nameOf(top), ' ', ...sourceLabel(top.source)],
    details: [
      ['in all', allocations(sums)],
      ...frames,
      ...(more > 0 ? [['', words(`… ${formatAmount(more, 'more call')}`, 'faint')]] : []),
    ],
  };
}

module.exports = { formatAllocations };
