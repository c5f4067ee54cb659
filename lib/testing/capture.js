'use strict';

// This process → a Snapshot of it, of what is alive only.

const v8 = require('node:v8');
const { parse } = require('../verbs.js');
const { collectGarbage } = require('./collect.js');

let isWarm = false;

/** Snapshot of the live heap. It lives outside the JavaScript heap: looking at it makes nothing grow. */
async function takeSnapshot() {
  await collectGarbage();
  return parse(v8.getHeapSnapshot());
}

/** The first snapshot of a process makes objects that stay, as any first call does: it is thrown away. */
async function warmUp() {
  if (isWarm) return;
  isWarm = true;
  const snapshot = await takeSnapshot();
  await snapshot.classes({ limit: 0 });
  snapshot.close();
}

module.exports = { takeSnapshot, warmUp };
