'use strict';

// Manual checkpoints: a snapshot, and the changes since.

const { argumentError } = require('../api/errors.js');
const { Snapshot } = require('../api/snapshot.js');
const { noteIds, processMemory } = require('../capture/process-memory.js');
const { ask } = require('./ask.js');
const { takeSnapshot, warmUp } = require('./capture.js');

const OWN_SCRIPT = require.resolve('../api/snapshot.js');

/** A snapshot of the live objects. Close it after use. */
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

/** The changes since, by class; those that grew most have a path. */
async function since(before) {
  if (!Snapshot.is(before)) throw argumentError('checkpoint', 'a snapshot of checkpoint()', before);
  const after = await takeSnapshot();
  try {
    return await ask([before, after], { ask: 'since', ownScript: OWN_SCRIPT });
  } finally {
    after.close();
  }
}

module.exports = { checkpoint, since };
