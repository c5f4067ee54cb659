'use strict';

/** Formats the comparison of a report with known leaks. */

const document = require('./document.js');
const { formatAmount, formatBytes, formatCount, formatPercent } = require('./numbers.js');
const { heap, words } = require('./spans.js');
const { visible } = require('./text.js');

const NOUNS = {
  new: () => 'new',
  expired: () => 'expired',
  faster: (tolerance) => `growing faster (by more than ${tolerance}%)`,
  known: () => 'known',
};

/** @param {import('../../index').BaselineComparison | undefined} baseline */
function baselineBlocks(baseline) {
  if (baseline === undefined) return [];
  const { leaks, missing, failed, tolerance } = baseline;
  const counts = Object.entries(NOUNS).flatMap(([status, noun]) => {
    const count = leaks.filter((leak) => leak.status === status).length;
    return count === 0 ? [] : [`${formatCount(count)} ${noun(tolerance)}`];
  });
  const summary = counts.length === 0 ? 'no leak' : counts.join(', ');
  return [document.line([words('Baseline: ', failed ? 'alarm' : 'strong'), words(summary)]), ...missingBlocks(missing)];
}

function missingBlocks(missing) {
  if (missing.length === 0) return [];
  const rows = missing.map((entry) => [heap(entry.fingerprint, 'id'), heap(entry.className), heap(entry.holder, 'path'), heap(noteOf(entry))]);
  const columns = [{ title: 'Fingerprint' }, { title: 'Class', shrink: 12 }, { title: 'Held by', shrink: 20 }, { title: 'Reason', shrink: 12, drop: 1 }];
  return [document.heading('Not found', `${formatAmount(missing.length, 'known leak')} did not occur: remove from the baseline what is fixed`), document.table(columns, rows)];
}

/** `known: rewritten next quarter (web team, until 2027-01-31)` */
function statusText(leak) {
  const note = noteOf(leak);
  const about = note === '' ? '' : `: ${note}`;
  if (leak.status === 'new') return 'new, not in the baseline';
  if (leak.status === 'expired') return `expired on ${leak.expires}${about}`;
  return leak.status === 'faster' ? `grows faster: ${speedOf(leak)}${about}` : `known${about}`;
}

function noteOf({ reason, owner, expires }) {
  const aside = [owner, ...(expires === null ? [] : [`until ${expires}`])].filter((part) => part !== '').join(', ');
  return [reason, aside === '' ? '' : `(${aside})`].filter((part) => part !== '').join(' ');
}

/** `24.0 kB each interval, was 10.0 kB (+140 %)` */
function speedOf({ bytesPerInterval, knownBytesPerInterval, countPerInterval, knownCountPerInterval }) {
  const inBytes = bytesPerInterval !== null && knownBytesPerInterval !== null;
  const [now, before, show] = inBytes ? [bytesPerInterval, knownBytesPerInterval, formatBytes] : [countPerInterval, knownCountPerInterval, (count) => formatAmount(count, 'object')];
  const more = before > 0 ? ` (+${formatPercent((now / before - 1) * 100)})` : '';
  return `${show(now)} each interval, was ${show(before)}${more}`;
}

/** Why the exit code is 1. */
function failureOf({ status, className, holder, fingerprint, ...leak }) {
  const what = visible(`${className} held by ${holder} [${fingerprint}]`);
  if (status === 'new') return `new leak: ${what}`;
  if (status === 'expired') return `known leak that expired on ${leak.expires}: ${what}`;
  return `known leak that grows faster: ${what}: ${speedOf(leak)}`;
}

module.exports = { baselineBlocks, failureOf, speedOf, statusText };
