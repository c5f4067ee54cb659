'use strict';

// A failing assertion → a snapshot in the folder that HEAPRAY_SAVE names.

const { mkdirSync } = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const { today } = require('./clock.js');

let saved = 0;

/**
 * Writes what is alive now; nothing when nobody asked for it.
 * @param {string} what goes into the file's name
 * @returns {string | undefined} the file
 */
function saveSnapshot(what) {
  const folder = process.env.HEAPRAY_SAVE;
  if (!folder) return undefined;
  mkdirSync(folder, { recursive: true });
  const label = what.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'heap';
  const when = new Date(today()).toISOString().replace(/[:.]/g, '-');
  saved += 1;
  return v8.writeHeapSnapshot(path.resolve(folder, `${label}-${when}-${process.pid}-${saved}.heapsnapshot`));
}

module.exports = { saveSnapshot };
