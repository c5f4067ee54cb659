// The process that is measured: `child.mjs TOOL FILE [--check | --report]` loads one snapshot with one tool.
//
// It writes its results to file descriptor 3, because tools may write to the others. With `--check` it also answers
// questions that take time; such a run is not timed. With `--report` it also makes a report, and measures the time and
// memory of parsing and of the report.

import { writeSync } from 'node:fs';

const [tool, file, mode] = process.argv.slice(2);
const { open } = await import(`./tools/${tool}.mjs`);
const started = performance.now();
const heap = await open(file);
const parse = taken(started);
const answers = mode === '--check' ? { ...heap.counts(), ...(await heap.answers()) } : heap.counts();
const report = mode === '--report' ? await reportOf(heap) : undefined;
const { userCPUTime, systemCPUTime } = process.resourceUsage();
// The times are in microseconds.
const used = { peakBytes: peakBytes(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
writeSync(3, JSON.stringify({ ...used, answers, parse, report }));
process.exit(0);

async function reportOf(heap) {
  const started = performance.now();
  await heap.report();
  return taken(started);
}

function taken(started) {
  return { seconds: (performance.now() - started) / 1000, peakBytes: peakBytes() };
}

/** `maxRSS` is in kilobytes on every system. */
function peakBytes() {
  return process.resourceUsage().maxRSS * 1024;
}
