'use strict';

/** Formats resident memory outside of the JavaScript heap: what it is for, what it grew by, what to do. */

const document = require('./document.js');
const { formatBytes, formatBytesDelta, formatCount, formatCountDelta } = require('./numbers.js');
const { heap, words } = require('./spans.js');

/** Smaller figures are not listed unless they changed by as much. */
const LEAST = 1e6;

/** @param {import('../../index').Report['outside']} outside `null` for files. */
function outsideBlocks(outside) {
  if (outside === null) return [];
  const { resident, buckets, resources } = outside;
  const columns = [{ title: 'Kind', shrink: 20 }, { title: 'Resident', align: 'right' }, { title: 'Added', align: 'right' }];
  const rows = buckets.filter(({ bytes }) => bytes === null || Math.max(bytes.after, ...bytes.added.map(Math.abs)) >= LEAST).map(row);
  return [
    document.heading('Resident memory', `${formatBytes(resident.after)} of the process, when the last snapshot was taken`),
    document.table(columns, rows),
    ...buckets.filter(({ advice }) => advice !== null).map(({ label, advice }) => document.line([words(`${label}: `, 'strong'), advice])),
    ...grown(resources),
  ];
}

function row({ label, bytes, missing, advice }) {
  const name = advice === null ? label : words(label, 'alarm');
  if (bytes === null) return [name, `unknown: ${missing ?? 'not measured for every snapshot'}`, ''];
  return [name, formatBytes(bytes.after), bytes.added.map(formatBytesDelta).join(', then ')];
}

/** Handles of which there are more than before. */
function grown(resources) {
  const more = resources.filter(({ before, after }) => after > before);
  if (more.length === 0) return [];
  const each = more.flatMap(({ type, before, after }, i) => [i === 0 ? '' : ', ', heap(type), ` ${formatCount(after)} (${formatCountDelta(after - before)})`]);
  return [document.line([words('Handles and requests: ', 'strong'), ...each])];
}

module.exports = { outsideBlocks };
