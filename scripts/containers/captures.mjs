// Every shape of heap in a control group that leaves little more than preflight asks for: nobody may be killed.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { makeGroup } from '../../__test__/support/control-groups.mjs';

const { ordinary, bulky } = createRequire(import.meta.url)('../../__test__/support/heap-shapes.cjs');
const program = fileURLToPath(new URL('capture-program.cjs', import.meta.url));

/** Estimates may be so many times the rise, and a second capture's so many bytes above it where that is more. */
const HIGHEST = { ordinary: 3, bulky: 6, second: 1.5 };
const SECOND_ABOVE = 45e6;

/** One process: what each of its captures estimated and cost, and what was wrong. */
export async function runCaptures(binary, shape, items) {
  const group = makeGroup();
  const inGroup = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
  const { stdout, stderr, signal, status } = spawnSync('sh', ['-c', inGroup, group.folder, binary, program, shape, items, group.limitFile, group.usageFile].map(String), { encoding: 'utf8' });
  await group.remove();
  const lines = stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const captures = lines.filter(({ rise }) => rise !== undefined);
  const problems = lines.flatMap(({ round, refused }) => (refused ? `capture ${round} refused: ${refused}` : []));
  if (signal || status === 137) problems.push(`killed in capture ${lines.at(-1)?.round ?? 0}`);
  else if (status !== 0) problems.push(`exit ${status}: ${stderr.slice(-300)}`);
  return { captures, problems: [...problems, ...captures.flatMap((one) => tooHigh(one, shape))] };
}

function tooHigh({ round, estimate, rise }, shape) {
  const highest = round > 1 ? HIGHEST.second : shape in ordinary ? HIGHEST.ordinary : shape in bulky ? HIGHEST.bulky : Infinity;
  const ratio = estimate / rise;
  if (round > 1 && estimate - rise <= SECOND_ABOVE) return [];
  return ratio > highest ? `capture ${round}: the estimate is ${ratio.toFixed(2)} times the rise` : [];
}
