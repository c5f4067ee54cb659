'use strict';

// Before and after by hand: a snapshot now, and what has come since.

const { argumentError } = require('../errors.js');
const { Snapshot } = require('../snapshot.js');
const { diff, filter } = require('../verbs.js');
const { takeSnapshot, warmUp } = require('./capture.js');
const { grownRows, ofCheckpoints } = require('./grown-rows.js');
const { fromTest } = require('./path-text.js');

const ALL = 100_000;
const OWN_SCRIPT = require.resolve('../snapshot.js');
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
    ofCheckpoints.set(answer, await ownedBySnapshots(after));
    for (const row of grownRows(answer).slice(0, MOST_PATHS)) Object.assign(row, await holderOf(after, row.name));
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

async function holderOf(snapshot, className) {
  const { paths } = await snapshot.retainingPaths(className, { limit: 1 });
  const { classes } = await snapshot.classes({ name: className, limit: 1 });
  return { path: paths.length > 0 ? fromTest(paths[0].text) : null, source: classes[0]?.source ?? null };
}

module.exports = { checkpoint, since };
