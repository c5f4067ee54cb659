'use strict';

/** Formats the answer of `trend`. */

const document = require('./document.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCount } = require('./numbers.js');
const { heap, words } = require('./spans.js');

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Cells of a sparkline; longer series are thinned out. */
const MAX_BARS = 24;

/**
 * @param {object} trend
 * @param {object} [options] as of `formatReport`
 */
function formatTrend(trend, options = {}) {
  const { points, pods, suspects, classes, owners } = trend;
  return document.render(
    [
      document.title('Heap trend'),
      document.line(words(summary(trend), 'strong')),
      ...(pods.length === 1 ? pointBlocks(points) : podBlocks(pods, points)),
      ...suspectBlocks(suspects),
      ...rowBlocks('Classes', 'by growth of retained size', 'Class', classes, heapName),
      ...rowBlocks('Owners', 'by growth of what their functions and instances of their classes retain', 'Owner', owners, heapName),
    ],
    options,
  );
}

const heapName = (name) => (name === null ? words('own code') : heap(name));

/** `12 reports of 3 pods: the heap grew by 1.2 MB, from 3.1 MB to 4.3 MB` */
function summary({ points, pods }) {
  const noun = points.every(({ kind }) => kind === 'snapshot') ? 'snapshot' : points.every(({ kind }) => kind === 'report') ? 'report' : 'file';
  const of = pods.length === 1 ? '' : ` of ${formatAmount(pods.length, 'pod')}`;
  const [first, last] = [pods.reduce((sum, pod) => sum + pod.first, 0), pods.reduce((sum, pod) => sum + pod.last, 0)];
  const growth = last - first;
  const start = `${formatAmount(points.length, noun)}${of}`;
  if (points.length === pods.length) return `${start}, ${formatBytes(last)} in all`;
  const change = growth === 0 ? 'did not grow' : growth > 0 ? `grew by ${formatBytes(growth)}` : `shrank by ${formatBytes(-growth)}`;
  return `${start}: ${pods.length === 1 ? 'the heap' : 'the heaps together'} ${change}, from ${formatBytes(first)} to ${formatBytes(last)}`;
}

const right = (title, more) => ({ title, align: 'right', ...more });
const TREND = { title: 'Trend', drop: 1 };

function pointBlocks(points) {
  const sizes = points.map(({ size }) => size);
  const bars = points.length === 1 ? '' : sparkline(sizes);
  const cells = points.map(({ name, size, nodes }, i) => [heap(name), formatBytes(size), i === 0 ? '' : formatBytesDelta(size - sizes[i - 1]), formatCount(nodes)]);
  return [
    document.heading('Heap', bars),
    document.table([{ title: 'File', shrink: 16, truncate: 'start' }, right('Size'), right('Growth'), right('Objects', { drop: 2 })], cells),
  ];
}

function podBlocks(pods, points) {
  const cells = pods.map(({ name, points: own, first, last, growth }) => [
    name === '' ? words('snapshots') : heap(name),
    formatCount(own.length),
    formatBytes(first),
    formatBytes(last),
    own.length === 1 ? '' : formatBytesDelta(growth),
    own.length === 1 ? '' : sparkline(own.map((i) => points[i].size)),
  ]);
  return [document.heading('Heap', 'by pod'), document.table([{ title: 'Pod', shrink: 16 }, right('Files'), right('First'), right('Last'), right('Growth'), TREND], cells)];
}

function suspectBlocks(suspects) {
  if (suspects.length === 0) return [document.line('No suspects.')];
  const list = suspects.map((row) => ({
    figures: [words(row.of === 1 ? formatBytes(row.last) : `in ${formatCount(row.pods)} of ${formatAmount(row.of, 'pod')}`, 'alarm'), words(row.of === 1 ? '' : formatBytes(row.last), 'strong')],
    label: heap(row.className),
    details: [
      ['held by', heap(row.holder, 'path')],
      ['trend', words(`${sparkline(row.bytes)}${row.growth === 0 ? '' : ` ${formatBytesDelta(row.growth)}`}`)],
      ['speed', row.bytesPerInterval && words(speedOf(row.bytesPerInterval))],
      ['fingerprint', heap(row.fingerprint, 'id')],
    ],
  }));
  return [document.heading('Suspects', 'by fingerprint'), document.entries(list)];
}

function speedOf({ median, max }) {
  return `${formatBytes(median)} each interval${max === median ? '' : `, at most ${formatBytes(max)}`}`;
}

function rowBlocks(title, aside, column, rows, label) {
  if (rows.length === 0) return [];
  const cells = rows.map(({ name, first, last, growth, retained }) => [formatBytes(first), formatBytes(last), formatBytesDelta(growth), sparkline(retained), label(name)]);
  return [document.heading(title, aside), document.table([right('First'), right('Last'), right('Growth'), TREND, { title: column, shrink: 20 }], cells)];
}

/** A bar for each value, from the least to the largest; a dot where there is none. */
function sparkline(values) {
  const shown = values.length <= MAX_BARS ? values : Array.from({ length: MAX_BARS }, (_, i) => values[Math.round((i * (values.length - 1)) / (MAX_BARS - 1))]);
  const known = shown.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return shown.map((value) => (value === null ? '·' : BARS[barOf(value, least, most)])).join('');
}

/** Not from 0: heaps are large, and their growth is small. */
function barOf(value, least, most) {
  return most === least ? 3 : Math.round(((value - least) / (most - least)) * (BARS.length - 1));
}

module.exports = { formatTrend, sparkline };
