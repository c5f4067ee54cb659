'use strict';

// How fast suspects grow. Lengths of series differ, so that growth is compared by interval.

/** @returns {number | null} `null` without intervals */
function meanOf(added) {
  if (!Array.isArray(added) || added.length === 0) return null;
  return Math.max(0, Math.round(added.reduce((sum, each) => sum + each, 0) / added.length));
}

const sumOf = (a, b) => (a === null || b === null ? (a ?? b) : a + b);

/**
 * @param {import('../../index.d.ts').Suspect[]} suspects
 * @returns {Map<string, { className: string, holder: string, bytes: number, bytesPerInterval: number | null, countPerInterval: number | null }>}
 *   by fingerprint
 */
function ratesOf(suspects) {
  const rates = new Map();
  for (const { fingerprint, className, holder, bytes, addedBytes, addedCount } of suspects) {
    const before = rates.get(fingerprint);
    rates.set(fingerprint, {
      className,
      holder: holder.path,
      bytes: bytes + (before?.bytes ?? 0),
      bytesPerInterval: sumOf(meanOf(addedBytes), before?.bytesPerInterval ?? null),
      countPerInterval: sumOf(meanOf(addedCount), before?.countPerInterval ?? null),
    });
  }
  return rates;
}

module.exports = { ratesOf };
