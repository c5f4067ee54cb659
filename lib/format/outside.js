'use strict';

/** Resident memory outside of the JavaScript heap by purpose, its growth and advice, for reports, HTML and the viewer. */

const { formatBytes, formatBytesDelta, formatCount, formatCountDelta } = require('./numbers.js');
const { heap, spansOf, words } = require('./spans.js');

/** Smaller figures are only listed if they changed by as much. */
const LEAST = 1e6;

const TITLE = 'Resident memory';
const COLUMNS = [{ title: 'Kind', shrink: 20 }, { title: 'Resident', align: 'right' }, { title: 'Added', align: 'right' }];

/**
 * The part of a report, as spans.
 * @param {NonNullable<import('../../index').Report['outside']>} outside
 */
function outsideFigures({ resident, buckets, resources }) {
  const listed = buckets.filter(({ bytes }) => bytes === null || Math.max(bytes.after, ...bytes.added.map(Math.abs)) >= LEAST);
  const advised = buckets.filter(({ advice }) => advice !== null);
  return {
    title: TITLE,
    aside: `${formatBytes(resident.after)} of the process, when the last snapshot was taken`,
    columns: COLUMNS,
    rows: listed.map((bucket) => row(bucket).map(spansOf)),
    notes: [...advised.map(({ label, advice }) => spansOf([words(`${label}: `, 'strong'), advice])), ...grown(resources)],
  };
}

function row({ label, bytes, missing, advice }) {
  const name = advice === null ? label : words(label, 'alarm');
  if (bytes === null) return [name, `unknown: ${missing ?? 'not measured for every snapshot'}`, ''];
  return [name, formatBytes(bytes.after), bytes.added.map(formatBytesDelta).join(', then ')];
}

/** Types of handles whose number grew. */
function grown(resources) {
  const more = resources.filter(({ before, after }) => after > before);
  if (more.length === 0) return [];
  const each = more.flatMap(({ type, before, after }, i) => [i === 0 ? '' : ', ', heap(type), ` ${formatCount(after)} (${formatCountDelta(after - before)})`]);
  return [spansOf([words('Handles and requests: ', 'strong'), ...each])];
}

module.exports = { outsideFigures };
