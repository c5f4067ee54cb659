// Runs memlab's find-leaks on three snapshots of a Node.js process.
//
//   node benchmark/tools/memlab-leaks.mjs BASELINE TARGET FINAL      prints the leak traces as JSON
//
// By default memlab looks for leaks of web pages: detached elements and React's nodes. For other programs its command has
// the option --trace-all-objects, which is set here.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import memlabApi from '@memlab/api';
import memlabCore from '@memlab/core';

const { ConsoleMode, findLeaksBySnapshotFilePaths } = memlabApi;
const { TraceObjectMode, config } = memlabCore;
const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'memlab-'));
try {
  Object.assign(config, { traceAllObjectsMode: TraceObjectMode.SelectedJSObjects, oversizeObjectAsLeak: true, oversizeThreshold: 0 });
  const traces = await findLeaksBySnapshotFilePaths(...process.argv.slice(2, 5), { workDir, consoleMode: ConsoleMode.SILENT });
  // A trace is an object whose keys are its steps: `11:   --80 (element)--->  [AuditRecord](object) @134401 …`.
  const steps = (trace) => Object.keys(trace).filter((key) => /^\d+:/.test(key));
  fs.writeSync(1, JSON.stringify(traces.map(steps)));
} finally {
  fs.rmSync(workDir, { recursive: true, force: true });
}
