// The time and memory of a report, as shares of what parsing the same snapshot takes in the same process.

import { measure } from './measure.mjs';
import { median } from './table.mjs';

/** Medians for one snapshot: seconds of both, and the peak memory of the report as a multiple of that of parsing. */
export async function measureReport(snapshot, { node, runs, timeoutSeconds }) {
  const timed = [];
  for (let run = 1; run <= runs; run++) {
    const { error, parse, report } = await measure({ node, tool: 'heapray', file: snapshot.file, timeoutSeconds, mode: '--report' });
    if (error) return { name: snapshot.name, error };
    timed.push({ parseSeconds: parse.seconds, seconds: report.seconds, timeRatio: report.seconds / parse.seconds, memoryRatio: report.peakBytes / parse.peakBytes });
  }
  const medians = Object.keys(timed[0]).map(measured => [measured, median(timed.map(run => run[measured]))]);
  return { name: snapshot.name, ...Object.fromEntries(medians) };
}

/** Lines for a terminal, one for each snapshot. */
export function reportTable(reports) {
  return reports.map(report => `${report.name}: ${report.error ? `report fails: ${report.error}` : figures(report)}`).join('\n');
}

function figures({ parseSeconds, seconds, timeRatio, memoryRatio }) {
  return `parse ${parseSeconds.toFixed(2)} s, report ${seconds.toFixed(2)} s: ${timeRatio.toFixed(2)} of the time, ${memoryRatio.toFixed(2)} of the peak memory`;
}
