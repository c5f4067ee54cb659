// memlab's results for a scenario, for comparison. Cached in .cache/leakbench, because memlab takes seconds.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { peerVersion } from '../benchmark/tools/peers.mjs';

const TOOL = fileURLToPath(new URL('../benchmark/tools/memlab-leaks.mjs', import.meta.url));
const CACHE = fileURLToPath(new URL('../.cache/leakbench', import.meta.url));

/** memlab's version. Installs it if it is missing; `null`, with a line on stderr, if that fails. */
export function memlabVersion() {
  try {
    return peerVersion('@memlab/api');
  } catch (error) {
    console.error(`memlab's column stays empty: it could not be installed (${error.message.split('\n')[0]}).`);
    return null;
  }
}

/** Its leak traces, each a list of steps; `null` if it fails or cannot read the files. */
export async function memlabTraces(version, name, files) {
  const kept = path.join(CACHE, `memlab-${version}-${name.replaceAll('/', '-')}.json`);
  const state = files.map((file) => [path.basename(file), fs.statSync(file).size]);
  const known = fs.existsSync(kept) ? JSON.parse(fs.readFileSync(kept, 'utf8')) : null;
  if (known && JSON.stringify(known.state) === JSON.stringify(state)) return known.traces;
  const traces = await run(files);
  if (traces !== null) {
    fs.mkdirSync(CACHE, { recursive: true });
    fs.writeFileSync(kept, JSON.stringify({ state, traces }));
  }
  return traces;
}

async function run(files) {
  // memlab cannot read compressed files.
  if (files.some((file) => !file.endsWith('.heapsnapshot'))) return null;
  try {
    const options = { maxBuffer: 64 << 20, timeout: 300_000 };
    const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=4096', TOOL, ...files], options);
    return JSON.parse(stdout);
  } catch (error) {
    console.error(`memlab failed: ${error.message.split('\n')[0]}`);
    return null;
  }
}

/** Whether the first trace has one of the leaking classes among its leaked objects. */
export function memlabCell(traces, leaks) {
  if (traces === null) return '-';
  if (leaks.length === 0) return traces.length === 0 ? 'silent' : `ACCUSES ${lastOf(traces[0])}`;
  if (traces.length === 0) return 'MISSED';
  const leaked = traces[0].filter((step) => step.includes('$memLabTag:leaked'));
  const labels = leaks.map(({ constructor, node }) => (typeof constructor === 'string' ? `[${constructor}]` : `(${node.type})`));
  const isNamed = labels.some((label) => leaked.some((step) => step.includes(label)));
  return isNamed ? `named, ${traces.length} traces` : `MISSED, says ${lastOf(traces[0])}`;
}

function lastOf(trace) {
  return trace.at(-1).match(/\[([^\]]*)\]/)?.[1] ?? '?';
}
