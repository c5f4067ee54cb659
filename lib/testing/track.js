'use strict';

// Tracks whether an object is collected, and finds its holder if it is not.

const { randomUUID } = require('node:crypto');
const { argumentError } = require('../api/errors.js');
const { askMapped } = require('./ask.js');
const { now, wait } = require('./clock.js');
const { collectOnce } = require('./collect.js');
const { takeSnapshot } = require('./capture.js');
const { toSave } = require('./save.js');

/** Paths requested; those from objects that only wait for the assertion are left out if there are others. */
const MAX_PATHS = 20;
/** Consecutive collections before waiting for sockets, timers and streams to end. */
const QUICK = 5;
const PAUSE_MS = 20;

/** An object that is expected to be collected. It is not kept alive. */
class Tracked {
  #reference;
  #isNamed;
  label;

  constructor(object, label) {
    this.#reference = new WeakRef(object);
    this.#isNamed = label !== undefined;
    this.label = label ?? nameOf(object);
  }

  /** Whether it was collected. Reading this keeps it alive for the current turn of the event loop. */
  get collected() {
    return this.#reference.deref() === undefined;
  }

  static is(value) {
    return typeof value === 'object' && value !== null && #reference in value;
  }

  static reference(tracked) {
    return tracked.#reference;
  }

  /**
   * What messages call it. Names that were made at run time may be data: the snapshot tells.
   * @param {import('../../index.d.ts').NodeRow} [node] the object in a snapshot
   */
  static shownName(tracked, node) {
    if (tracked.#isNamed) return tracked.label;
    if (node === undefined) return 'The object';
    return node.type === 'closure' ? node.name || 'function' : node.className;
  }
}

/**
 * @param {object} object
 * @param {string} [label] its name in messages
 */
function track(object, label) {
  const isObject = (typeof object === 'object' && object !== null) || typeof object === 'function';
  if (!isObject) throw argumentError('object', 'an object or a function', object);
  if (label !== undefined && typeof label !== 'string') throw argumentError('label', 'a string', label);
  return new Tracked(object, label);
}

function nameOf(object) {
  if (typeof object === 'function') return object.name || 'function';
  return object?.constructor?.name || 'object';
}

/** Collects garbage until the object is collected or `timeout` ms are over. */
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
 * The retaining paths of the object in a new snapshot, shortest first.
 * @param {'auto' | 'off' | string} sourceMaps
 * @param {(node: import('../../index.d.ts').NodeRow) => string} nameOf the name of a saved snapshot
 */
async function whatHolds(tracked, sourceMaps, nameOf) {
  const beacon = new HeaprayBeacon(Tracked.reference(tracked));
  const kept = toSave();
  let snapshot;
  try {
    snapshot = await takeSnapshot(kept?.file);
    const node = await targetOf(snapshot, beacon, sourceMaps);
    if (node === undefined) return { node, paths: [], saved: undefined };
    const { paths, warnings } = await askMapped([snapshot], { ask: 'retainingPaths', of: node.id, limit: MAX_PATHS, viewpoint: 'test' }, sourceMaps);
    return { node, paths, warnings, saved: kept?.keep(nameOf(node)) };
  } finally {
    kept?.close();
    snapshot?.close();
  }
}

/** An object that leads to the tracked one in a snapshot without retaining it. Other tests may have theirs at the same time. */
class HeaprayBeacon {
  constructor(reference) {
    this.reference = reference;
    this.mark = `${process.pid}-${randomUUID()}`;
  }
}

/** Follows the beacon's WeakRef, whose reference is weak, to the object. */
async function targetOf(snapshot, beacon, sourceMaps) {
  const { nodes } = await snapshot.classInstances('HeaprayBeacon', { sourceMaps: 'off' });
  for (const { id } of nodes) {
    const mark = await follow(snapshot, id, 'mark');
    if (mark?.name !== beacon.mark) continue;
    const reference = await follow(snapshot, id, 'reference');
    return follow(snapshot, reference.id, 'target', sourceMaps);
  }
  return undefined;
}

async function follow(snapshot, id, name, sourceMaps = 'off') {
  const { edges } = await snapshot.node(id, { sourceMaps: 'off' });
  const edge = edges.find((each) => each.name === name);
  return edge && snapshot.node(edge.to, { sourceMaps });
}

module.exports = { Tracked, track, waitForCollection, whatHolds };
