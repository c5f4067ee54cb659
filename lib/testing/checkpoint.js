'use strict';

// Manual checkpoints: a snapshot, and the changes since.

const { argumentError } = require('../api/errors.js');
const { Snapshot } = require('../api/snapshot.js');
const { noteIds, processMemory } = require('../capture/process-memory.js');
const { loadSourceMaps } = require('../source-maps/index.js');
const { askMapped } = require('./ask.js');
const { takeSnapshot, warmUp } = require('./capture.js');
const { sinceOptions } = require('./options.js');

const OWN_SCRIPT = require.resolve('../api/snapshot.js');

/** A snapshot of the live objects. Close it after use. */
async function checkpoint() {
  loadSourceMaps();
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
async function since(before, options) {
  const { sourceMaps } = sinceOptions(options);
  if (!Snapshot.is(before)) throw argumentError('checkpoint', 'a snapshot of checkpoint()', before);
  const after = await takeSnapshot();
  try {
    return await askMapped([before, after], { ask: 'since', ownScript: OWN_SCRIPT }, sourceMaps);
  } finally {
    after.close();
  }
}

module.exports = { checkpoint, since };
