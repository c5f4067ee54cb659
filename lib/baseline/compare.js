'use strict';

// Which suspects of a report are known, and which fail.

const { ratesOf } = require('./rates.js');

/** Percent by which a known leak may grow faster: what collections of garbage make of the same program. */
const DEFAULT_TOLERANCE = 20;

/** Suspects to ask for: what a report with fewer rows leaves out is not fixed. */
const ROWS = 100;

const FAILING = new Set(['new', 'expired', 'faster']);

/**
 * @param {import('../../index.d.ts').Report} report
 * @param {object} baseline as read
 * @param {{ tolerance?: number, now?: Date }} [options] percent
 * @returns {import('../../index.d.ts').BaselineComparison}
 */
function compareWithBaseline(report, baseline, { tolerance = DEFAULT_TOLERANCE, now = new Date() } = {}) {
  const entries = new Map(baseline.leaks.map((entry) => [entry.fingerprint, entry]));
  const leaks = [...ratesOf(report.suspects)].map(([fingerprint, rates]) => leakOf(fingerprint, rates, entries.get(fingerprint), { tolerance, now }));
  // What may leak is no reason to call an entry outdated.
  const seen = new Set([...report.suspects, ...report.inconclusive].map(({ fingerprint }) => fingerprint));
  const missing = baseline.leaks.filter(({ fingerprint }) => !seen.has(fingerprint));
  return { tolerance, failed: leaks.some(fails), leaks, missing: missing.map(({ fingerprint, ...entry }) => ({ fingerprint, ...describedBy(entry) })) };
}

const fails = ({ status }) => FAILING.has(status);

function leakOf(fingerprint, { className, holder, bytes, bytesPerInterval, countPerInterval }, entry, options) {
  return {
    fingerprint,
    ...describedBy({ ...entry, className, holder }),
    status: entry === undefined ? 'new' : statusOf({ bytesPerInterval, countPerInterval }, entry, options),
    bytes,
    bytesPerInterval,
    countPerInterval,
    knownBytesPerInterval: entry?.bytesPerInterval ?? null,
    knownCountPerInterval: entry?.countPerInterval ?? null,
  };
}

const describedBy = ({ className, holder, reason, owner, expires }) => ({
  className: className ?? '',
  holder: holder ?? '',
  reason: reason ?? '',
  owner: owner ?? '',
  expires: expires || null,
});

function statusOf(rates, entry, { tolerance, now }) {
  if (hasExpired(entry.expires, now)) return 'expired';
  return isFaster(rates, entry, tolerance) ? 'faster' : 'known';
}

/** A day is over at its end, in universal time. */
function hasExpired(expires, now) {
  if (!expires) return false;
  const end = expires.length === 10 ? Date.parse(`${expires}T00:00:00Z`) + 86_400_000 : Date.parse(expires);
  return now.getTime() >= end;
}

/** By bytes, or by objects where one of the two does not tell the bytes. */
function isFaster(rates, entry, tolerance) {
  for (const rate of ['bytesPerInterval', 'countPerInterval']) {
    const { [rate]: now } = rates;
    const { [rate]: before } = entry;
    if (typeof now === 'number' && typeof before === 'number') return now > before * (1 + tolerance / 100);
  }
  return false;
}

module.exports = { DEFAULT_TOLERANCE, ROWS, compareWithBaseline, fails };
