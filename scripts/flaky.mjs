// npm run test:flaky: repeats leak assertions many times in every test runner, pool and version of Node.js.
//
//   npm run test:flaky                      50 runs of each
//   npm run test:flaky -- 5 jest 'node 22'  5 runs of configurations whose names contain all these words
//   npm run test:flaky -- --resume          continues an interrupted run
//   npm run test:flaky -- --jobs 2          two at a time
//   npm run test:flaky -- 1 --more          five times as many functions, once
//
// It takes hours. Runs all configurations once, then a second time and so on. The results so far are in
// `.cache/flaky.json`, without an interrupted run. Prints how many planted leaks failed with the right class and
// path, and how many harmless functions passed. Exits with 1 unless all did.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { tried, whole } from '../__test__/frameworks/matrix.mjs';
import { prepare } from '../__test__/frameworks/projects.mjs';
import { root, setUp } from './setup.mjs';

const RUNS = 50;
/** @satisfies {import('node:util').ParseArgsConfig['options']} */
const options = { resume: { type: 'boolean' }, more: { type: 'boolean' }, jobs: { type: 'string', default: '1' } };
const stateFileFor = (more) => path.join(root, '.cache', more ? 'flaky-more.json' : 'flaky.json');

/** @typedef {{ runs: number, seconds: number, leaks: number, named: number, harmless: number, silent: number, wrong: string[] }} Sum of one configuration */

/** @type {() => Sum} */
const nothing = () => ({ runs: 0, seconds: 0, leaks: 0, named: 0, harmless: 0, silent: 0, wrong: [] });

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const runs = Number(positionals.find((arg) => /^\d+$/.test(arg)) ?? RUNS);
  const chosen = named(positionals.filter((arg) => !/^\d+$/.test(arg)));
  if (chosen.length === 0) {
    console.error(`no configuration matches; there are\n${whole.map(({ name }) => `  ${name}`).join('\n')}`);
    return 2;
  }
  const jobs = Number(values.jobs);
  if (!Number.isSafeInteger(jobs) || jobs < 1) {
    console.error(`--jobs: expected a whole number, 1 or more, found ${values.jobs}`);
    return 2;
  }
  setUp();
  const folders = new Map([...new Set(chosen.map(({ project }) => project))].map((project) => [project, prepare(project)]));
  const stateFile = stateFileFor(values.more);
  const sums = values.resume && existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : {};
  for (const { name } of chosen) sums[name] ??= nothing();
  const left = upTo(runs).flatMap((round) => chosen.filter(({ name }) => sums[name].runs < round));
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { name, project } = next;
      add(sums[name], await once(() => tried(next, folders.get(project), values.more ? 'more' : 'few')));
      console.log(line(name, sums[name]));
      save(sums, stateFile);
    }
  };
  await Promise.all(upTo(jobs).map(work));
  return summary(chosen.map(({ name }) => [name, sums[name]]));
}

/** The numbers from 1 to `count`. */
function upTo(count) {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function named(words) {
  const wanted = words.map((word) => ` ${word.toLowerCase()} `);
  const text = (name) => ` ${name.toLowerCase().replaceAll(/,|\.js/g, '')} `;
  return whole.filter(({ name }) => wanted.every((word) => text(name).includes(word)));
}

async function once(run) {
  const start = Date.now();
  return { ...(await run()), runs: 1, seconds: (Date.now() - start) / 1000 };
}

function add(sum, verdict) {
  for (const [key, value] of Object.entries(verdict)) sum[key] = Array.isArray(value) ? [...sum[key], ...value] : sum[key] + value;
}

/** Written to another file and renamed, so that an interruption leaves the previous counts. */
function save(sums, stateFile) {
  mkdirSync(path.dirname(stateFile), { recursive: true });
  writeFileSync(`${stateFile}.new`, JSON.stringify(sums, null, 2));
  renameSync(`${stateFile}.new`, stateFile);
}

function line(name, { runs, seconds, leaks, named: right, harmless, silent }) {
  return `${name}: ${right} of ${leaks} leaks named, ${silent} of ${harmless} harmless functions passed (${runs} runs, ${(seconds / runs).toFixed(1)} s each)`;
}

function summary(rows) {
  console.log('');
  for (const [name, sum] of rows) {
    console.log(line(name, sum));
    for (const wrong of sum.wrong) console.log(`  ${wrong.replaceAll('\n', '\n    ')}`);
  }
  const failures = rows.reduce((count, [, { wrong }]) => count + wrong.length, 0);
  console.log(failures === 0 ? 'no assertion was wrong' : `WRONG: ${failures}`);
  return failures === 0 ? 0 : 1;
}
