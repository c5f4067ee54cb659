// npm run test:flaky: are leak assertions ever wrong? Every test runner, pool and version of Node.js, many times over.
//
//   npm run test:flaky                      50 runs of each
//   npm run test:flaky -- 5 jest 'node 22'  5 runs of those whose names contain all these words
//
// Prints how many planted leaks failed with the right class and path, and how many harmless functions
// passed. Ends with 1 when any did otherwise.

import { judge, whole } from '../__test__/frameworks/matrix.mjs';
import { prepare } from '../__test__/frameworks/projects.mjs';
import { setUp } from './setup.mjs';

const RUNS = 50;

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  const runs = Number(args.find((arg) => /^\d+$/.test(arg)) ?? RUNS);
  const words = args.filter((arg) => !/^\d+$/.test(arg)).map((word) => word.toLowerCase());
  const chosen = whole.filter(({ name }) => words.every((word) => name.toLowerCase().replace('.js', '').includes(word)));
  if (chosen.length === 0) {
    console.error(`no run is called so: there are\n${whole.map(({ name }) => `  ${name}`).join('\n')}`);
    return 2;
  }
  setUp();
  let failures = 0;
  for (const each of chosen) failures += await repeat(each, runs);
  console.log(failures === 0 ? 'no assertion was wrong' : `WRONG: ${failures}`);
  return failures === 0 ? 0 : 1;
}

async function repeat({ name, project, run }, runs) {
  const folder = prepare(project);
  const sum = { leaks: 0, named: 0, harmless: 0, silent: 0, wrong: [] };
  const start = Date.now();
  for (let i = 0; i < runs; i++) {
    const verdict = judge(await run(folder));
    for (const key of Object.keys(sum)) sum[key] = Array.isArray(sum[key]) ? [...sum[key], ...verdict[key]] : sum[key] + verdict[key];
  }
  const seconds = ((Date.now() - start) / 1000 / runs).toFixed(1);
  console.log(`${name}: ${sum.named} of ${sum.leaks} leaks named, ${sum.silent} of ${sum.harmless} harmless functions passed (${runs} runs, ${seconds} s each)`);
  for (const wrong of sum.wrong) console.log(`  ${wrong.replaceAll('\n', '\n    ')}`);
  return sum.wrong.length;
}
