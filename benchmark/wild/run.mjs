// `npm run leakbench -- --wild`: realistic services under load, and whether heapray's report names what leaks in them.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { findChromium, installChromium } from '../../scripts/chromium.mjs';
import { installProject } from '../../scripts/install-project.mjs';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { SERIES, described, judge } from './judge.mjs';
import { runService } from './service.mjs';
import { services } from './services.mjs';

const { report } = createRequire(import.meta.url)('../../index.js');

const PROJECT = fileURLToPath(new URL('project/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.cache/leakbench/wild/', import.meta.url));
const MAX_SUSPECTS = 50;

const HELP = `Usage: npm run leakbench -- --wild [options]

Runs services that leak, and services that do not, under load, takes three snapshots of each, and judges the
reports of three, two and one of them. Ends with 1 when any is wrong.

  --only NAME    services whose names contain it; may be given several times
  --node LIST    major versions of Node.js, from npm where they are missing (default 20,22,24)
  --again        judges the snapshots of the last run, and runs nothing`;

/** @returns {Promise<number>} The exit code. */
export async function wild(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      wild: { type: 'boolean' },
      only: { type: 'string', multiple: true, default: [] },
      node: { type: 'string', default: '20,22,24' },
      again: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (options.help) return console.log(HELP) ?? 0;
  const wanted = services.filter(({ name }) => options.only.length === 0 || options.only.some((part) => name.includes(part)));
  if (wanted.length === 0) throw new Error(`no service's name contains ${options.only.join(' or ')}`);
  const runs = runsOf(wanted, options.node.split(','));
  if (!options.again) await takeSnapshots(runs);
  const results = [];
  for (const run of runs) results.push(...(await judgeRun(run)));
  print(results);
  return results.every(({ isRight }) => isRight) ? 0 : 1;
}

/** Each service on each version; a page once, in Chromium. */
function runsOf(wanted, versions) {
  const platforms = [...versions.map((version) => `node-${version}`), 'chromium'];
  return platforms.flatMap((platform) =>
    wanted
      .filter(({ runsIn }) => (runsIn === 'chromium') === (platform === 'chromium'))
      .map((service) => ({ service, platform, folder: path.join(CACHE, platform) })),
  );
}

async function takeSnapshots(runs) {
  const project = path.join(CACHE, 'project');
  installProject(PROJECT, project);
  if (runs.some(({ platform }) => platform === 'chromium')) installChromium();
  for (const { service, platform, folder } of runs) {
    for (const file of snapshotsOf(service, folder)) fs.rmSync(file);
    const start = Date.now();
    try {
      const files = await runOn(platform, service, { project, folder });
      for (const file of files) await pack(file);
      say(`${service.name} on ${platform}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
    } catch (error) {
      say(`${service.name} on ${platform} failed: ${error.message}`);
    }
  }
}

async function runOn(platform, service, { project, folder }) {
  if (platform !== 'chromium') return runService(service, { project, folder, node: nodeBinary(Number(platform.slice('node-'.length))) });
  if (findChromium() === null) throw new Error('there is no Chromium: install it, or name one with HEAPRAY_CHROMIUM');
  // Only now: it looks for Chromium when it is loaded.
  const { runPage } = await import('./page.mjs');
  return runPage(service, { project, folder });
}

/** A tenth of the space; heapray reads it as it is. */
async function pack(file) {
  await pipeline(fs.createReadStream(file), createGzip({ level: 1 }), fs.createWriteStream(`${file}.gz`));
  fs.rmSync(file);
}

function snapshotsOf({ name }, folder) {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder).filter((file) => file.startsWith(`${name}.`) && file.endsWith('.heapsnapshot.gz'));
  return files.sort().map((file) => path.join(folder, file));
}

/** One result for each series that something can be asked of. */
async function judgeRun({ service, platform, folder }) {
  const files = snapshotsOf(service, folder);
  const results = [];
  for (const [series, pick] of Object.entries(SERIES)) {
    const shared = { name: service.name, platform, series, truth: service.truth };
    if (files.length !== service.requests.length) {
      results.push({ ...shared, isRight: false, isNamed: false, falselySure: 0, text: 'NOT RUN', verdict: 'no snapshots', suspects: [] });
      continue;
    }
    const { verdict, suspects } = await report(pick(files), { limit: MAX_SUSPECTS });
    const judgement = judge({ suspects }, service.truth, series);
    if (judgement !== null) results.push({ ...shared, ...judgement, verdict, suspects });
  }
  return results;
}

function print(results) {
  printTable(results);
  for (const result of results.filter(({ isRight }) => !isRight)) explain(result);
  console.log(Object.keys(SERIES).map((series) => summary(series, results.filter((each) => each.series === series))).join(' · '));
}

function printTable(results) {
  const rows = new Map();
  for (const { name, platform, series, text } of results) {
    const key = `${name} ${platform}`;
    rows.set(key, { name, platform, ...rows.get(key), [series]: text });
  }
  const columns = ['name', 'platform', ...Object.keys(SERIES)];
  const table = [columns, ...Array.from(rows.values(), (row) => columns.map((column) => row[column] ?? ''))];
  const widths = columns.map((_, i) => Math.max(...table.map((row) => row[i].length)));
  for (const row of table) console.log(row.map((text, i) => text.padEnd(widths[i])).join('  ').trimEnd());
  console.log();
}

function explain({ name, platform, series, truth, text, verdict, suspects }) {
  const wanted = truth.control ? 'nothing leaks' : `/${truth.class ?? truth.what}/ held by /${truth.held}/`;
  console.log(`${name}, ${platform}, ${series}: ${text}; wanted: ${wanted}`);
  console.log(`    ${verdict.split('\n')[0]}`);
  for (const suspect of suspects.slice(0, 3)) console.log(`    ${described(suspect)} ${suspect.kind}: ${suspect.path}, held by ${suspect.holder.path}`);
}

function summary(series, results) {
  const leaks = results.filter(({ truth }) => !truth.control);
  const controls = results.filter(({ truth }) => truth.control);
  const named = leaks.filter(({ isNamed }) => isNamed).length;
  const silent = controls.filter(({ isRight }) => isRight).length;
  const falselySure = results.reduce((sum, result) => sum + result.falselySure, 0);
  return `${series}: ${named}/${leaks.length} leaks named first, ${silent}/${controls.length} controls right, ${falselySure} false "sure"`;
}

function say(line) {
  console.error(line);
}
