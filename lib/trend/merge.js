'use strict';

// Points → growth of the heap, suspects, classes and owners over them.

/**
 * @param {{ points: object[], suspects: { at: number, suspect: object }[] }} collected
 * @param {{ limit: number }} options rows of each list
 * @returns {object} the answer of `heapray trend`
 */
function trendOf({ points, suspects }, { limit }) {
  const names = [...new Set(points.map(({ pod }) => pod))];
  const pods = names.map((name) => podOf(name, points));
  const rowsOf = (field, sizeOf) => rows(points, pods, field, sizeOf).slice(0, limit);
  return {
    schemaVersion: 1,
    kind: 'trend',
    points: points.map(({ name, pod, kind, size, nodes }) => ({ name, pod, kind, size, nodes })),
    pods,
    suspects: merged(points, suspects, pods).slice(0, limit),
    classes: rowsOf('classes', ({ retainedSize }) => retainedSize),
    owners: rowsOf('owners', (size) => size),
  };
}

function podOf(name, points) {
  const indices = points.flatMap(({ pod }, i) => (pod === name ? [i] : []));
  const sizes = indices.map((i) => points[i].size);
  return { name, points: indices, first: sizes[0], last: sizes.at(-1), growth: sizes.at(-1) - sizes[0] };
}

/** By the number of pods, then by bytes. */
function merged(points, suspects, pods) {
  const byFingerprint = grouped(suspects);
  const rows = [...byFingerprint.values()].map((found) => {
    const [{ suspect }] = found;
    const bytes = points.map(() => null);
    const counts = points.map(() => null);
    for (const each of found) {
      bytes[each.at] = each.suspect.bytes;
      counts[each.at] = each.suspect.count;
    }
    const rates = found.flatMap((each) => each.suspect.bytesPerInterval ?? []).sort((a, b) => a - b);
    const { fingerprint, className, kind, kindLabel, holder } = suspect;
    return {
      fingerprint,
      className,
      kind,
      kindLabel,
      holder,
      pods: new Set(found.map(({ at }) => points[at].pod)).size,
      of: pods.length,
      ...growthOver(bytes, pods),
      bytesPerInterval: rates.length === 0 ? null : { median: rates[Math.floor((rates.length - 1) / 2)], max: rates.at(-1) },
      bytes,
      counts,
    };
  });
  return rows.sort((a, b) => b.pods - a.pods || Math.max(...b.bytes) - Math.max(...a.bytes));
}

/** Node.js 20 has no `Map.groupBy`. */
function grouped(suspects) {
  const groups = new Map();
  for (const each of suspects) groups.set(each.suspect.fingerprint, [...(groups.get(each.suspect.fingerprint) ?? []), each]);
  return groups;
}

/** By growth, then by size. Lists of reports are short: what is missing in one is unknown. */
function rows(points, pods, field, sizeOf) {
  const names = new Set(points.flatMap((point) => [...point[field].keys()]));
  const all = [...names].map((name) => {
    const retained = points.map((point) => (point[field].has(name) ? sizeOf(point[field].get(name)) : null));
    return { name, ...growthOver(retained, pods), retained };
  });
  return all.sort((a, b) => b.growth - a.growth || b.last - a.last);
}

/** From the first point of each pod that has a value to its last, added up. */
function growthOver(values, pods) {
  const sums = { first: 0, last: 0, growth: 0 };
  for (const { points } of pods) {
    const known = points.map((i) => values[i]).filter((value) => value !== null);
    if (known.length === 0) continue;
    sums.first += known[0];
    sums.last += known.at(-1);
    sums.growth += known.at(-1) - known[0];
  }
  return sums;
}

module.exports = { trendOf };
