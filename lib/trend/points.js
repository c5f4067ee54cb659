'use strict';

// What each snapshot or report says, as plain data.

const { ratesOf } = require('../baseline/rates.js');

/** Snapshots of a pod that are compared for suspects, evenly spaced: each takes memory until all are read. */
const MAX_COMPARED = 5;
/** Suspects, classes and packages. */
const ROWS = 100;

/**
 * @param {import('./files.js').Entry[]} entries
 * @param {{ open: (file: string) => Promise<import('../../index').Snapshot>, report: (snapshots: object[], limit: number) => Promise<object> }} api
 * @returns {Promise<{ points: object[], suspects: { at: number, suspect: object }[] }>} `at` is the position of the point
 */
async function pointsOf(entries, api) {
  const points = [];
  const suspects = [];
  for (const pod of new Set(entries.map((entry) => entry.pod))) {
    const own = entries.filter((entry) => entry.pod === pod);
    const compared = new Set(evenly(own.filter(({ kind }) => kind === 'snapshot'), MAX_COMPARED));
    const opened = [];
    try {
      for (const entry of own) {
        const at = points.length;
        const report = entry.report ?? (await ofSnapshot(entry, api, compared.has(entry) && { opened, at }));
        points.push(pointOf(entry, report));
        if (entry.kind === 'report') suspects.push(...ofReport(report, at));
      }
      if (opened.length > 1) suspects.push(...ofSeries(await api.report(opened.map(({ snapshot }) => snapshot), ROWS), opened.map(({ at }) => at)));
    } finally {
      for (const { snapshot } of opened) snapshot.close();
    }
  }
  return { points, suspects };
}

/** The first, the last, and some between. */
function evenly(list, most) {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]);
}

async function ofSnapshot({ file }, api, kept) {
  const snapshot = await api.open(file);
  if (kept) kept.opened.push({ snapshot, at: kept.at });
  try {
    return await api.report([snapshot], ROWS);
  } finally {
    if (!kept) snapshot.close();
  }
}

/** Classes of one name are added up. */
function pointOf({ name, pod, kind }, { totals, classes = [], byPackage = [] }) {
  const sizes = new Map();
  for (const row of classes) {
    const { count, retainedSize } = sizes.get(row.name) ?? { count: 0, retainedSize: 0 };
    sizes.set(row.name, { count: count + row.count, retainedSize: retainedSize + row.retainedSize });
  }
  return { name, pod, kind, size: totals.size, nodes: totals.nodes, classes: sizes, owners: new Map(byPackage.map((row) => [row.name, row.retainedSize])) };
}

function ofReport(report, at) {
  return [...ratesOf(report.suspects)].map(([fingerprint, { bytes, bytesPerInterval }]) => {
    const rows = report.suspects.filter((row) => row.fingerprint === fingerprint);
    return { at, suspect: { ...namesOf(rows[0]), bytes, count: sum(rows.map((row) => row.count)), bytesPerInterval } };
  });
}

/** Of what the last snapshot has, the bytes that were there in each of the compared ones. */
function ofSeries(report, positions) {
  return report.suspects.flatMap((row) => {
    const { addedBytes, addedCount, bytes, count } = row;
    const [rates] = ratesOf([row]).values();
    return positions.flatMap((at, i) => {
      const later = (added) => sum((added ?? []).slice(i));
      if (addedBytes === null && i < positions.length - 1) return [];
      return [{ at, suspect: { ...namesOf(row), bytes: Math.max(0, bytes - later(addedBytes)), count: Math.max(0, count - later(addedCount)), bytesPerInterval: rates.bytesPerInterval } }];
    });
  });
}

const namesOf = ({ fingerprint, className, kind, kindLabel, holder }) => ({ fingerprint, className, kind, kindLabel, holder: holder.path });

const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);

module.exports = { pointsOf };
