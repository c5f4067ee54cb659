'use strict';

// Takes a Snapshot of the live objects of this process.

const v8 = require('node:v8');
const { parse } = require('../api/verbs.js');
const { collectGarbage } = require('./collect.js');
const { checkMemory } = require('./memory-check.js');
const { listScripts } = require('./scripts.js');

/** V8 counts the lines of a script before each snapshot since this version; until then for each function in it. */
const COUNTS_LINES_FIRST = 12;

/** A heap of one node. Reading it loads and compiles what reading a real one needs. */
const SMALLEST = Buffer.from(
  JSON.stringify({
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
        node_types: [['synthetic'], 'string', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [['property'], 'string_or_number', 'node'],
      },
      node_count: 1,
      edge_count: 0,
    },
    nodes: [0, 0, 1, 0, 0],
    edges: [],
    strings: [''],
  }),
);

/** Snapshots taken in this realm: the first makes objects that stay, as any first call does. */
let taken = 0;

/**
 * Snapshot of the live heap. It lives outside the JavaScript heap: looking at it makes nothing grow.
 * @param {string} [file] that it goes to as well
 * @param {() => void} [onCollected] Called when garbage is collected, and V8 has not begun.
 */
async function takeSnapshot(file, onCollected = () => {}) {
  if (taken === 0) await prepare();
  taken += 1;
  await collectGarbage();
  onCollected();
  checkMemory();
  return parse(file === undefined ? v8.getHeapSnapshot() : v8.writeHeapSnapshot(file));
}

/** What the first snapshot would make besides itself, as far as it can be made before. */
async function prepare() {
  countLines();
  const snapshot = await parse(SMALLEST);
  await snapshot.classes({ limit: 0 });
  snapshot.close();
}

/**
 * Lets V8 note where lines begin, in scripts that are loaded: a third of the time that a snapshot
 * takes goes into the places of functions where it has no such note. The debugger needs it as well.
 */
function countLines() {
  if (Number.parseInt(process.versions.v8, 10) < COUNTS_LINES_FIRST) listScripts();
}

/** Whether the next snapshot is the first. */
const isCold = () => taken === 0;

/** After this a snapshot makes no objects that stay. */
async function warmUp() {
  if (!isCold()) return;
  const snapshot = await takeSnapshot();
  await snapshot.classes({ limit: 0 });
  snapshot.close();
}

module.exports = { isCold, takeSnapshot, warmUp };
