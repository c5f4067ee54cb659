'use strict';

/** Formats the answer of `allocations`. */

const document = require('./document.js');
const { sourceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCount, formatCountDelta } = require('./numbers.js');
const { heap, words } = require('./spans.js');

/** Frames of a stack in text; JSON has all. */
const MAX_FRAMES = 12;

const HOW_TO_RECORD =
  "Record them with heapray's capture({ allocations: true }), DevTools' \"Allocations on timeline\" with stacks, " +
  'or HeapProfiler.startTrackingHeapObjects with trackAllocations: true.';

const FUNCTION = [
  { title: 'Function', shrink: 16 },
  { title: 'Place', truncate: 'start', shrink: 20, drop: 2 },
];

/** What is alive, where that is known. */
const TRACKED = [
  ...FUNCTION,
  { title: 'Alive', align: 'right' },
  { title: 'Bytes alive', align: 'right' },
  { title: 'With callees', align: 'right', drop: 3 },
  { title: 'Allocations', align: 'right', drop: 1 },
  { title: 'Bytes in all', align: 'right' },
];

const SAMPLED = [
  ...FUNCTION,
  { title: 'Samples', align: 'right', drop: 1 },
  { title: 'Bytes', align: 'right' },
  { title: 'With callees', align: 'right' },
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
  const { by, difference, sampled, total, next, functions, stacks } = page;
  const shown = by === 'stack' ? stacks : functions;
  const figures = figuresOf(page);
  const amount = words(`${formatAmount(total, by)}${difference ? ' changed' : ''}`, 'strong');
  const range = shown.length === total ? '' : `; showing ${formatCount(offset + 1)} to ${formatCount(offset + shown.length)}`;
  const list = [document.line([amount, `: ${figures.sums(page).join(', ')}`, range])];
  if (shown.length > 0) {
    const table = () => document.table(sampled ? SAMPLED : TRACKED, functions.map((row) => cells(row, figures)));
    list.push(by === 'stack' ? document.entries(stacks.map((row) => entry(row, figures)), offset + 1) : table());
  }
  if (next !== null) list.push(document.line(words(`More: --offset ${next}`, 'faint')));
  return list;
}

/** How the numbers of a page are written: with signs in a difference, without what is alive in a sampling profile. */
function figuresOf({ difference, sampled }) {
  const bytes = difference ? formatBytesDelta : formatBytes;
  const count = difference ? formatCountDelta : formatCount;
  const amount = (value, noun) => `${count(value)} ${Math.abs(value) === 1 ? noun : `${noun}s`}`;
  const inAll = (row) => `${amount(row.count, sampled ? 'sample' : 'allocation')} (${bytes(row.size)})`;
  const alive = (row) => `${amount(row.liveCount, 'object')} (${bytes(row.liveSize)}) alive`;
  return { bytes, count, amount, sampled, inAll, sums: (row) => (sampled ? [inAll(row)] : [alive(row), inAll(row)]) };
}

const nameOf = ({ functionName }) => heap(functionName || '(anonymous)');

function cells(row, { bytes, count, sampled }) {
  const place = [nameOf(row), sourceLabel(row.source)];
  if (sampled) return [...place, count(row.count), words(bytes(row.size), 'strong'), bytes(row.totalSize)];
  return [...place, count(row.liveCount), words(bytes(row.liveSize), 'strong'), bytes(row.totalLiveSize), count(row.count), bytes(row.size)];
}

function entry({ stack, ...sums }, { bytes, amount, sampled, inAll }) {
  const frames = stack.slice(1, MAX_FRAMES).map((frame) => ['called by', [nameOf(frame), ' ', ...sourceLabel(frame.source)]]);
  const more = stack.length - MAX_FRAMES;
  const [top] = stack;
  const [first, second] = sampled ? [amount(sums.count, 'sample'), bytes(sums.size)] : [amount(sums.liveCount, 'object'), bytes(sums.liveSize)];
  return {
    figures: [words(first, 'alarm'), words(second, 'strong')],
    label: top === undefined ? words('(no JavaScript function)') : [nameOf(top), ' ', ...sourceLabel(top.source)],
    details: [
      ...(sampled ? [] : [['in all', inAll(sums)]]),
      ...frames,
      ...(more > 0 ? [['', words(`… ${formatAmount(more, 'more call')}`, 'faint')]] : []),
    ],
  };
}

module.exports = { formatAllocations };
