'use strict';

// Before and after by hand: a snapshot now, and what has come since.

const { argumentError } = require('../api/errors.js');
const { Snapshot } = require('../api/snapshot.js');
const { noteIds, processMemory } = require('../capture/process-memory.js');
const { ask } = require('./ask.js');
const { takeSnapshot, warmUp } = require('./capture.js');

const OWN_SCRIPT = require.resolve('../api/snapshot.js');

/** What is alive now. Close it when it is done with. */
async function checkpoint() {
  await warmUp();
  let memory;
  const snapshot = await takeSnapshot(undefined, () => {
    memory = processMemory();
  });
  Snapshot.addMemory(snapshot, memory);
  noteIds(snapshot.nodeCount);
  return snapshot;
}

/** What has changed since, by class; those that grew most with a path. */
async function since(before) {
  if (!Snapshot.is(before)) throw argumentError('checkpoint', 'what checkpoint() resolved with', before);
  const after = await takeSnapshot();
  try {
    return await ask([before, after], { ask: 'since', ownScript: OWN_SCRIPT });
  } finally {
    after.close();
  }
}

module.exports = { checkpoint, since };
