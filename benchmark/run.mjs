// `npm run bench`: measures heapray and other tools on the same snapshots, as whole processes.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { differences } from './answers.mjs';
import { SIZES } from './generate.mjs';
import { measure } from './measure.mjs';
import { measureReport, reportTable } from './report.mjs';
import { README, RESULTS } from './paths.mjs';
import { snapshotAt, snapshotOfSize } from './snapshots.mjs';
import { markdownTable, median, textTable, writeBetweenMarkers } from './table.mjs';

/** In this order in every round, and in the table. */
const TOOLS = ['heapray', 'devtools', 'memlab', 'v8-heap-parser'];

const HELP = `Usage: npm run bench -- [options]

Loads snapshots with heapray, Chrome DevTools' worker, memlab and @vscode/v8-heap-parser, each in a
process of its own, checks that their answers agree, and prints the median time and peak memory;
then time and peak memory of a report, as shares of those of parsing.
Ends with 1 when heapray fails or differs from Chrome DevTools.

  --file FILE       a snapshot to measure on; may be given several times
  --size SIZE       ${SIZES.join(', ')}: from the corpus or generated; may be
                    given several times (default: medium and large, and for reports
                    strings)
  --runs N          timed runs of each tool, after one that is not timed (default 3)
  --node WHICH      the Node that runs all tools: a path, or a major version to get from npm
                    (default: the one that runs this)
  --only TOOL       ${TOOLS.join(', ')}; may be given
                    several times; nothing is stored then
  --timeout SECONDS give a tool up after so long (default 900)
  --json            print what was measured as JSON
  --write-readme    put the table into README.md`;

const { values: options } = parseArgs({
  options: {
    file: { type: 'string', multiple: true, default: [] },
    size: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string', default: '3' },
    node: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    timeout: { type: 'string', default: '900' },
    json: { type: 'boolean', default: false },
    'write-readme': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (options.help) {
  console.log(HELP);
} else {
  await main();
}

async function main() {
  const node = chosenNode(options.node);
  const settings = {
    node,
    nodeVersion: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1),
    runs: positiveInteger('--runs', options.runs),
    timeoutSeconds: positiveInteger('--timeout', options.timeout),
  };
  const snapshots = await chosenSnapshots();
  const tools = await preparedTools();
  const measurements = [];
  for (const snapshot of snapshots) measurements.push(await measureAll(snapshot, tools, settings));
  console.log(options.json ? JSON.stringify(measurements, null, 2) : textTable(measurements));
  if (!options.json && tools.some(({ name }) => name === 'heapray')) console.log(`\n${reportTable(await reports(snapshots, settings))}`);
  // A comparison without some of the tools would replace a complete one.
  if (options.only.length === 0) await store(measurements);
  if (options['write-readme']) await writeBetweenMarkers(README, markdownTable(await stored()));
  process.exitCode = measurements.some(isWrong) ? 1 : 0;
}

/** Whether heapray failed, or a tool that must agree with it does not. */
function isWrong({ tools }) {
  return tools.some(tool => (tool.name === 'heapray' && tool.error) || (tool.mustAgree && tool.differences?.length));
}

async function chosenSnapshots() {
  const sizes = options.size.length || options.file.length ? options.size : ['medium', 'large'];
  const snapshots = options.file.map(snapshotAt);
  for (const size of sizes) snapshots.push(await snapshotOfSize(size));
  return snapshots;
}

/** The reports on these snapshots and, unless some were asked for, on a heap of strings. */
async function reports(snapshots, settings) {
  const all = options.size.length || options.file.length ? snapshots : [...snapshots, await snapshotOfSize('strings')];
  const reports = [];
  for (const snapshot of all) reports.push(await measureReport(snapshot, settings));
  return reports;
}

async function preparedTools() {
  const unknown = options.only.find(name => !TOOLS.includes(name));
  if (unknown) throw new Error(`--only is one of ${TOOLS.join(', ')}, not ${unknown}`);
  const tools = [];
  for (const name of TOOLS.filter(name => options.only.length === 0 || options.only.includes(name))) {
    const { title, mustAgree = false, prepare } = await import(`./tools/${name}.mjs`);
    tools.push({ name, title, mustAgree, version: await prepare() });
  }
  return tools;
}

/** Measures all tools on one snapshot, after a round that checks the answers. */
async function measureAll(snapshot, tools, { node, nodeVersion, runs, timeoutSeconds }) {
  const results = tools.map(tool => ({ ...tool, timed: [] }));
  for (const result of results) {
    // This also brings the file into the page cache, so that the first tool has no disadvantage.
    const run = await measure({ node, tool: result.name, file: snapshot.file, timeoutSeconds, mode: '--check' });
    say(`${snapshot.name}: ${result.title}: ${run.error ?? 'answers'}`);
    Object.assign(result, { answers: run.answers, error: run.error });
  }
  for (let round = 1; round <= runs; round++) {
    // In turn, so that other work of the machine affects all tools alike.
    for (const result of results.filter(({ error }) => !error)) {
      const run = await measure({ node, tool: result.name, file: snapshot.file, timeoutSeconds });
      say(`${snapshot.name}: ${result.title}: run ${round}: ${run.error ?? `${run.seconds.toFixed(2)} s (${run.cpuSeconds.toFixed(2)} s of CPU), ${Math.round(run.peakBytes / 1e6)} MB`}`);
      if (run.error) result.error = run.error;
      else result.timed.push({ seconds: run.seconds, cpuSeconds: run.cpuSeconds, peakBytes: run.peakBytes });
    }
  }
  return summary(snapshot, results, nodeVersion, runs);
}

function summary(snapshot, results, nodeVersion, runs) {
  const working = results.filter(({ error }) => !error);
  const reference = working[0]?.answers;
  for (const result of working) {
    for (const measured of ['seconds', 'cpuSeconds', 'peakBytes']) result[measured] = median(result.timed.map(run => run[measured]));
    result.differences = differences(result.answers, reference);
    for (const line of result.differences) say(`${snapshot.name}: ${result.title} differs from ${working[0].title}: ${line}`);
  }
  const { nodes = 0, edges = 0 } = reference ?? {};
  return {
    // Without the path, which only this machine has.
    snapshot: { name: snapshot.name, bytes: snapshot.bytes, nodes, edges },
    machine: machine(nodeVersion),
    date: new Date().toISOString().slice(0, 10),
    runs,
    tools: results,
  };
}

function machine(nodeVersion) {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cpus: cpus.length,
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.release()}`,
    node: nodeVersion,
  };
}

/** Adds to the stored results, and replaces those of the same snapshot, size and Node. */
async function store(measurements) {
  const key = ({ snapshot, machine }) => `${snapshot.name} ${snapshot.bytes} ${machine.node}`;
  const fresh = new Set(measurements.map(key));
  const kept = (await stored()).filter(old => !fresh.has(key(old)));
  const all = [...kept, ...measurements].sort((a, b) => a.snapshot.bytes - b.snapshot.bytes);
  await writeFile(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
}

async function stored() {
  return existsSync(RESULTS) ? JSON.parse(await readFile(RESULTS, 'utf8')) : [];
}

function chosenNode(wanted) {
  if (!wanted) return process.execPath;
  return /^\d+$/.test(wanted) ? nodeBinary(Number(wanted)) : path.resolve(wanted);
}

function positiveInteger(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} is a positive integer, not ${text}`);
  return value;
}

function say(line) {
  console.error(line);
}
