'use strict';

// Before and after by hand: a snapshot now, and what has come since.

const { argumentError } = require('../api/errors.js');
const { Snapshot } = require('../api/snapshot.js');
const { diff, filter } = require('../api/verbs.js');
const { takeSnapshot, warmUp } = require('./capture.js');
const { grownRows, ofCheckpoints } = require('./grown-rows.js');
const { grownPaths, isInternal } = require('./growth.js');
const { fromTest } = require('./path-text.js');
const { isRecord } = require('./records.js');

const ALL = 100_000;
const OWN_SCRIPT = require.resolve('../api/snapshot.js');
/** Classes for which a path is looked for. */
const MOST_PATHS = 50;

/** What is alive now. Close it when it is done with. */
async function checkpoint() {
  await warmUp();
  return takeSnapshot();
}

/** What has changed since, by class; those that grew most with a path. */
async function since(before) {
  if (!Snapshot.is(before)) throw argumentError('checkpoint', 'what checkpoint() resolved with', before);
  const after = await takeSnapshot();
  try {
    const answer = await diff(before, after, { limit: ALL });
    const owned = await ownedBySnapshots(after);
    ofCheckpoints.set(answer, owned);
    for (const row of grownRows(answer).slice(0, MOST_PATHS)) {
      const grown = await grownPaths([before, after], row.name, 1);
      const others = grown.filter((path) => isForeign(row.name, path));
      for (const { added } of others) owned.set(row.name, (owned.get(row.name) ?? 0) + added[0]);
      const path = grown.find((each) => !others.includes(each)) ?? (await after.retainingPaths(row.name, { limit: 1 })).paths[0];
      Object.assign(row, { path: path === undefined ? null : fromTest(path.text), source: await sourceOf(after, row.name) });
    }
    return answer;
  } finally {
    after.close();
  }
}

/** What open snapshots, this checkpoint among them, hold of the JavaScript heap: class → objects. */
async function ownedBySnapshots(snapshot) {
  const counts = new Map();
  const { nodes } = await snapshot.classInstances('Snapshot', { limit: ALL });
  // A program may have a class of this name too.
  const ours = nodes.filter(({ source }) => !source?.script || source.script.endsWith(OWN_SCRIPT));
  counts.set('Snapshot', ours.length);
  for (const { id } of ours) {
    const owned = await filter(snapshot, { retainedBy: id, limit: ALL });
    for (const { className } of owned.nodes) counts.set(className, (counts.get(className) ?? 0) + 1);
  }
  return counts;
}

/**
 * Whether what is held in this way is V8's, or what the test runner writes down. Texts and symbols are listed in V8's
 * tables, whoever uses them.
 */
function isForeign(className, path) {
  return isRecord(fromTest(path.text)) || (!className.startsWith('(') && isInternal(path));
}

async function sourceOf(snapshot, className) {
  const { classes } = await snapshot.classes({ name: className, limit: 1 });
  return classes[0]?.source ?? null;
}

module.exports = { checkpoint, since };
