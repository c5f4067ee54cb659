'use strict';

// Tracks whether an object is collected, and finds what holds it if it is not.

const { randomUUID } = require('node:crypto');
const { argumentError } = require('../api/errors.js');
const { ask } = require('./ask.js');
const { now, wait } = require('./clock.js');
const { collectOnce } = require('./collect.js');
const { takeSnapshot } = require('./capture.js');
const { toSave } = require('./save.js');

/** Paths looked for; those that lead only to what waits for the assertion are left out when there are others. */
const MAX_PATHS = 20;
/** Collections in a row before waiting for what still has to end: sockets, timers, streams. */
const QUICK = 5;
const PAUSE_MS = 20;

/** An object that is expected to go. It is not kept alive. */
class Tracked {
  #reference;
  label;

  constructor(object, label) {
    this.#reference = new WeakRef(object);
    this.label = label;
  }

  /** Whether it has gone. Asking keeps it alive until the turn of the event loop ends. */
  get collected() {
    return this.#reference.deref() === undefined;
  }

  static is(value) {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  static reference(tracked) {
    return tracked.#reference;
  }
}

/**
 * @param {object} object
 * @param {string} [label] what messages call it
 */
function track(object, label = nameOf(object)) {
  const isObject = (typeof object === 'object' && object !== null) || typeof object === 'function';
  if (!isObject) throw argumentError('object', 'an object or a function', object);
  if (typeof label !== 'string') throw argumentError('label', 'a string', label);
  return new Tracked(object, label);
}

function nameOf(object) {
  if (typeof object === 'function') return object.name || 'function';
  return object?.constructor?.name || 'object';
}

/** Collects garbage until the object has gone or `timeout` ms are over. */
async function waitForCollection(tracked, timeout) {
  const end = now() + timeout;
  for (let i = 0; ; i++) {
    await collectOnce();
    if (tracked.collected) return true;
    if (i >= QUICK) {
      if (now() >= end) return false;
      await wait(PAUSE_MS);
    }
  }
}

/**
 * What holds the object in a snapshot of this moment, shortest path first.
 * @param {() => string} nameOf what a saved snapshot is called
 */
async function whatHolds(tracked, nameOf) {
  const beacon = new HeaprayBeacon(Tracked.reference(tracked));
  const kept = toSave();
  let snapshot;
  try {
    snapshot = await takeSnapshot(kept?.file);
    const node = await targetOf(snapshot, beacon);
    if (node === undefined) return { node, paths: [], saved: undefined };
    const { paths } = await ask([snapshot], { ask: 'retainingPaths', of: node.id, limit: MAX_PATHS, viewpoint: 'test' });
    return { node, paths, saved: kept?.keep(nameOf()) };
  } finally {
    kept?.close();
    snapshot?.close();
  }
}

/** What leads to the object in a snapshot, without holding it. Other tests may have theirs at the same time. */
class HeaprayBeacon {
  constructor(reference) {
    this.reference = reference;
    this.mark = `${process.pid}-${randomUUID()}`;
  }
}

/** From the beacon over its WeakRef, whose reference is weak and holds nothing, to the object. */
async function targetOf(snapshot, beacon) {
  const { nodes } = await snapshot.classInstances('HeaprayBeacon');
  for (const { id } of nodes) {
    const mark = await follow(snapshot, id, 'mark');
    if (mark?.name !== beacon.mark) continue;
    const reference = await follow(snapshot, id, 'reference');
    return follow(snapshot, reference.id, 'target');
  }
  return undefined;
}

async function follow(snapshot, id, name) {
  const { edges } = await snapshot.node(id);
  const edge = edges.find((each) => each.name === name);
  return edge && snapshot.node(edge.to);
}

module.exports = { Tracked, track, waitForCollection, whatHolds };
