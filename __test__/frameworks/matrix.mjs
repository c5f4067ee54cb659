// Every test runner, pool and version of Node.js in which heapray's assertions are tested.

import { createRequire } from 'node:module';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { runJest, runNodeTest, runVitest } from './runners.mjs';

const require = createRequire(import.meta.url);
const functions = require('./suites/functions.js');

const POOLS = ['forks', 'threads', 'vmThreads', 'vmForks'];
const NODES = [20, 22, 24];

/** Vitest 5 does not run on Node.js 20. */
const vitestFor = (node) => (node < 22 ? 'vitest-4' : 'vitest-5');

const jest = (node) => ({
  name: `Jest, Node.js ${node}`,
  project: 'jest',
  run: (folder, options) => runJest(nodeBinary(node), folder, options),
});

const vitest = (node, pool) => ({
  name: `Vitest ${vitestFor(node).slice(-1)} ${pool}, Node.js ${node}`,
  project: vitestFor(node),
  run: (folder, options) => runVitest(nodeBinary(node), folder, pool, options),
});

const nodeTest = (node) => ({
  name: `node:test, Node.js ${node}`,
  project: 'jest',
  run: (folder, options) => runNodeTest(nodeBinary(node), folder, ['suites/node.test.mjs'], options),
});

/** All configurations. */
export const whole = [
  ...NODES.map(nodeTest),
  ...NODES.map(jest),
  ...NODES.flatMap((node) => POOLS.map((pool) => vitest(node, pool))),
];

/** Each test runner once, in the most different configurations. */
export const short = [jest(24), vitest(20, 'forks'), vitest(22, 'vmThreads'), nodeTest(20), nodeTest(24)];

/**
 * A run of `whole` with its score.
 * @param {'few' | 'more'} [suite] which functions
 */
export async function tried({ run }, folder, suite = 'few') {
  try {
    return judge(await run(folder, { env: { SUITE: suite } }), functions[suite]);
  } catch (error) {
    return { ...judge([], functions[suite]), wrong: [error.message] };
  }
}

/**
 * Compares outcomes with the expected ones.
 * @param {import('./runners.mjs').Outcome[]} outcomes
 * @param {typeof functions.few} functions
 */
function judge(outcomes, { leaky, harmless }) {
  const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  const wrong = [];
  let named = 0;
  let silent = 0;
  for (const [what, , className, path] of leaky) {
    const { passed, message } = byName.get(`leak: ${what}`) ?? { passed: true };
    if (!passed && className.test(leakingClass(message)) && path.test(pathIn(message))) named += 1;
    else wrong.push(`${what}: ${passed ? 'not found' : message}`);
  }
  for (const [what] of harmless) {
    const { passed, message } = byName.get(`harmless: ${what}`) ?? { passed: false, message: 'did not run' };
    if (passed) silent += 1;
    else wrong.push(`${what}: ${message}`);
  }
  return { leaks: leaky.length, named, harmless: harmless.length, silent, wrong };
}

const leakingClass = (message) => /^\s*(.+) leaks$/m.exec(message)?.[1] ?? '';
const pathIn = (message) => /^\s*path\s+(.+)$/m.exec(message)?.[1] ?? '';
