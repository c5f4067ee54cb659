// npm run test:containers: takes captures in control groups with little more memory than preflight requires, and runs
// leaking services in small containers, which watch themselves or are watched by heapray/auto. Needs root.
//
//   node scripts/containers.mjs [captures] [watches] [services] [--items N[,N…]] [--node 20[,24…]] [--shape NAME] [--rate N[,N…]] [--runs N] [--at-once N]
//
// Prints tables for docs/capture.md. Exits with 1 if a capture killed a process, an estimate was too high or a leak was
// not named.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { makeGroup } from '../__test__/support/control-groups.mjs';
import { CAPTURE_HEAD, captureRow, runCaptures } from './containers/captures.mjs';
import { runService } from './containers/services.mjs';
import { runWatch } from './containers/watches.mjs';
import { nodeBinary } from './node-versions.mjs';

const { shapes } = createRequire(import.meta.url)('../__test__/support/heap-shapes.cjs');
const numbers = (text) => text.split(',').map(Number);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    items: { type: 'string', default: '20000,150000,600000' },
    node: { type: 'string', default: '20,22,24,26' },
    shape: { type: 'string' },
    rate: { type: 'string', default: '20,5,1' },
    runs: { type: 'string', default: '10' },
    'at-once': { type: 'string', default: '1' },
  },
});

const probe = makeGroup();
if (probe) {
  await probe.remove();
  process.exitCode = (await main()) ? 0 : 1;
} else {
  console.log('skipped: no control group with a memory limit can be made here (Linux and root are needed)');
}

async function main() {
  const parts = { captures, watches, services };
  let failures = 0;
  for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) failures += await parts[name]();
  console.log(`${failures} failures`);
  return failures === 0;
}

/** Every container, every rate, every version. */
async function watches() {
  let failures = 0;
  console.log('| Node | limit | leak MB/s | named | by report | snapshots compared |');
  console.log('| --- | --- | --: | --: | --- | --: |');
  const limits = [{ limitMB: 300 }, { limitMB: 600 }, { limitMB: 1500 }, { heapMB: 200 }];
  for (const major of numbers(values.node)) {
    for (const limit of limits) {
      for (const rate of numbers(values.rate)) {
        const runs = await repeatedly(() => runWatch(nodeBinary(major), { ...limit, rate }));
        const problems = runs.flatMap((run) => run.problems);
        const named = runs.flatMap((run) => run.named ?? []);
        const name = limit.limitMB ? `container of ${limit.limitMB} MB` : `--max-old-space-size=${limit.heapMB}`;
        console.log(`| ${[major, name, rate, `${named.length} of ${runs.length}`, [...new Set(named.map(({ reason, by }) => `${reason}: ${by}`))].join(', '), named.map(({ compared }) => compared).join(' ')].join(' | ')} |`);
        for (const problem of problems) console.log(`FAILED: ${problem}`);
        failures += problems.length;
      }
    }
  }
  return failures;
}

/** A server that knows nothing of heapray. */
async function services() {
  let failures = 0;
  console.log('| Node | container | reports that name the leak | snapshots |');
  console.log('| --- | --: | --: | --: |');
  for (const major of numbers(values.node)) {
    for (const limitMB of [300, 600]) {
      for (let run = 0; run < Number(values.runs); run += 1) {
        const { named, reports, snapshots, problems } = await runService(nodeBinary(major), limitMB);
        console.log(`| ${[major, `${limitMB} MB`, `${named} of ${reports}`, snapshots].join(' | ')} |`);
        for (const problem of problems) console.log(`FAILED: ${problem}`);
        failures += problems.length;
      }
    }
  }
  return failures;
}

/** As often as told, and so many at once. */
async function repeatedly(run) {
  const outcomes = [];
  let left = Number(values.runs);
  const worker = async () => {
    while (left-- > 0) outcomes.push(await run());
  };
  await Promise.all(Array.from({ length: Number(values['at-once']) }, worker));
  return outcomes;
}

async function captures() {
  let failures = 0;
  console.log(CAPTURE_HEAD);
  for (const major of numbers(values.node)) {
    for (const shape of Object.keys(shapes).filter((name) => name === (values.shape ?? name))) {
      for (const items of numbers(values.items)) {
        const { captures, problems } = await runCaptures(nodeBinary(major), shape, items);
        console.log(captureRow(major, shape, items, captures));
        for (const problem of problems) console.log(`FAILED: Node ${major}, ${shape}, ${items} items: ${problem}`);
        failures += problems.length;
      }
    }
  }
  return failures;
}
