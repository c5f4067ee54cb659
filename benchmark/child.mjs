// The process that is measured: `child.mjs TOOL FILE [--check]` loads one snapshot with one tool.
//
// What it found goes to file descriptor 3, because tools write to the others as they like. With
// `--check` it goes on to answer what takes time to look up; such a run is not timed.

import { writeSync } from 'node:fs';

const [tool, file, check] = process.argv.slice(2);
const { open } = await import(`./tools/${tool}.mjs`);
const heap = await open(file);
const answers = check ? { ...heap.counts(), ...(await heap.answers()) } : heap.counts();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
// maxRSS is in kilobytes on every system, the times are in microseconds.
const used = { peakBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
writeSync(3, JSON.stringify({ ...used, answers }));
process.exit(0);
