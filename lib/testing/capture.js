'use strict';

// Takes a Snapshot of the live objects of this process.

const v8 = require('node:v8');
const { parse } = require('../api/verbs.js');
const { collectGarbage } = require('./collect.js');
const { checkMemory } = require('./memory-check.js');
const { listScripts } = require('./scripts.js');

/** Since this version, V8 counts the lines of a script once before each snapshot; before, once for each function in it. */
const COUNTS_LINES_FIRST = 12;

/** A heap of one node. Parsing it loads and compiles the code for parsing. */
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

/** Snapshots taken in this realm: the first one creates objects that stay, like any first call. */
let taken = 0;

/**
 * Takes a snapshot of the live heap. It is outside the JavaScript heap, so using it causes no growth there.
 * @param {string} [file] a file to write it to as well
 * @param {() => void} [onCollected] called when garbage is collected, before V8 begins to write
 */
async function takeSnapshot(file, onCollected = () => {}) {
  if (taken === 0) await prepare();
  taken += 1;
  await collectGarbage();
  onCollected();
  checkMemory();
  return parse(file === undefined ? v8.getHeapSnapshot() : v8.writeHeapSnapshot(file));
}

/** Creates objects that the first snapshot would create otherwise, as far as possible. */
async function prepare() {
  countLines();
  const snapshot = await parse(SMALLEST);
  await snapshot.classes({ limit: 0 });
  snapshot.close();
}

/**
 * Makes V8 compute the line ends of loaded scripts, which the debugger needs too. Without them a snapshot takes a third of
 * its time for the locations of functions.
 */
function countLines() {
  if (Number.parseInt(process.versions.v8, 10) < COUNTS_LINES_FIRST) listScripts();
}

/** Whether the next snapshot is the first. */
const isCold = () => taken === 0;

/** After this, a snapshot creates no objects that stay. */
async function warmUp() {
  if (!isCold()) return;
  const snapshot = await takeSnapshot();
  await snapshot.classes({ limit: 0 });
  snapshot.close();
}

module.exports = { isCold, takeSnapshot, warmUp };
