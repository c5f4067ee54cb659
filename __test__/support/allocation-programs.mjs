// Programs that Node.js runs while V8 tracks their allocations.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Starts to track; `stop(file)` writes the recording. */
const RECORDER = `const { Session } = require('node:inspector');
const { appendFileSync } = require('node:fs');
const session = new Session();
session.connect();
session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: TRACK });
function stop(file) {
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => appendFileSync(file, params.chunk));
  session.post('HeapProfiler.stopTrackingHeapObjects');
  session.disconnect();
}
`;

/** V8 of Node.js 20 loses the stacks of objects on pages that a collection promotes as a whole. */
const flagsFor = (node) => (spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.startsWith('v20.') ? ['--no-page-promotion'] : []);

/**
 * Runs the function that a program exports, and ends the recording.
 * @param {string} node a binary of Node.js
 * @param {{ folder: string, name: string, trackAllocations?: boolean }} options
 * @returns {{ file: string, script: string }} the recording, and the program's own file
 */
export function record(node, program, { folder, name, trackAllocations = true }) {
  const script = path.join(folder, `${name}.cjs`);
  const file = path.join(folder, `${name}.heaptimeline`);
  const recorder = path.join(folder, 'recorder.cjs');
  writeFileSync(recorder, `${RECORDER.replace('TRACK', String(trackAllocations))}\nmodule.exports = { stop };\n`);
  writeFileSync(script, program);
  const run = `const { stop } = require(${JSON.stringify(recorder)}); Promise.resolve(require(${JSON.stringify(script)})()).then(() => stop(${JSON.stringify(file)}))`;
  const { status, stderr } = spawnSync(node, [...flagsFor(node), '-e', run], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { file, script };
}
