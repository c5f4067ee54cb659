'use strict';

// Keeps many objects. With the argument `own` it takes a snapshot of itself, drops it, and prints by how much resident memory rose.

const { readFileSync, writeFileSync } = require('node:fs');
const v8 = require('node:v8');
const { pump } = require('../../lib/capture/live.js');

const megabytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;

const [count, mode] = process.argv.slice(2);
globalThis.kept = Array.from({ length: Number(count) }, (_, i) => ({ id: i, name: `item ${i}`, tags: [i, i + 1] }));

if (mode === 'own') {
  // Makes the present size the peak so far.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = megabytes('VmRSS');
  pump(v8.getHeapSnapshot(), () => {});
  console.log(megabytes('VmHWM') - before);
} else {
  console.log('ready');
  process.stdin.on('end', () => process.exit()).resume();
}
