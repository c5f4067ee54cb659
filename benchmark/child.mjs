// The process that is measured: `child.mjs TOOL FILE [--check]` loads one snapshot with one tool.
//
// What it found goes to file descriptor 3, because tools write to the others as they like. With
// `--check` it goes on to answer what takes time to look up; such a run is not timed.

import { writeSync } from 'node:fs';

const [tool, file, check] = process.argv.slice(2);
const { open } = await import(`./tools/${tool}.mjs`);
const heap = await open(file);
const answers = check ? { ...heap.counts(), ...(await heap.answers()) } : heap.counts();
// Linux counts it in kilobytes, and so does libuv for all other systems.
const peakBytes = process.resourceUsage().maxRSS * 1024;
writeSync(3, JSON.stringify({ peakBytes, answers }));
process.exit(0);
