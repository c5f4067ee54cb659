// Captures every shape of heap in a control group with little more memory than preflight requires, without being killed.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { makeGroup } from '../../__test__/support/control-groups.mjs';

const { ordinary, bulky } = createRequire(import.meta.url)('../../__test__/support/heap-shapes.cjs');
const program = fileURLToPath(new URL('capture-program.cjs', import.meta.url));

/** The highest ratio of an estimate to the rise in memory. */
const HIGHEST = { ordinary: 3, others: 4, bulky: 6 };
/** The same for a second capture, unless the difference is at most `SECOND_ABOVE` bytes. */
const HIGHEST_SECOND = 1.5;
const SECOND_ABOVE = 60e6;
/** Rises of the same heap differ by so much: a busy machine returns memory sooner. */
const MEASURED_WITHIN = 1.06;
/** V8 reports the size of tables, but not the longest one, whether slots are numbers or entries deleted; and equal strings are written once. */
const HIGHEST_SECOND_OF = { 'Map with deleted entries': 2.5, 'arrays of references': 2.7, 'one array of references': 1.6, 'small arrays': 1.8, 'cut strings': 2.2, 'dictionary of numbers': 1.7 };

/** Runs one process in a control group of its own. Returns the estimate and the cost of each capture, and problems. */
export async function runCaptures(binary, shape, items) {
  const group = makeGroup();
  const inGroup = ['sh', '-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', group.folder];
  const outcome = run([...inGroup, binary, program, shape, items, group.limitFile, group.usageFile], shape);
  await group.remove();
  return outcome;
}

/** The same without a limit, which needs no root: see {@link runCaptures}. */
export const runFreely = (binary, shape, items) => run([binary, program, shape, items], shape);

function run([command, ...args], shape) {
  const { stdout, stderr, signal, status } = spawnSync(command, args.map(String), { encoding: 'utf8' });
  const lines = stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const captures = lines.filter(({ rise }) => rise !== undefined);
  const problems = lines.flatMap(({ round, refused }) => (refused ? `capture ${round} refused: ${refused}` : []));
  if (signal || status === 137) problems.push(`killed in capture ${lines.at(-1)?.round ?? 0}`);
  else if (status !== 0) problems.push(`exit ${status}: ${stderr.slice(-300)}`);
  return { captures, problems: [...problems, ...captures.flatMap((one) => tooHigh(one, shape))] };
}

/** Head and rows of the table of captures, for the documentation. */
export const CAPTURE_HEAD = `| Node | heap | items | heap MB | estimate MB | rise MB | ratio | second: estimate MB | rise MB | ratio | pause s |
| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |`;

export function captureRow(major, shape, items, [first, second]) {
  const mega = (bytes) => (bytes / 1e6).toFixed(0);
  const cells = (one) => (one ? [mega(one.estimate), mega(one.rise), (one.estimate / one.rise).toFixed(2)] : ['', '', '']);
  return `| ${[major, shape, items, first ? mega(first.heap) : '', ...cells(first), ...cells(second), first ? (first.pauseMs / 1000).toFixed(1) : ''].join(' | ')} |`;
}

function tooHigh({ round, estimate, rise }, shape) {
  const ratio = estimate / rise;
  if (round > 1 && estimate - rise <= SECOND_ABOVE) return [];
  return ratio > MEASURED_WITHIN * highest(round, shape) ? [`capture ${round}: the estimate is ${ratio.toFixed(2)} times the rise`] : [];
}

function highest(round, shape) {
  if (round > 1) return HIGHEST_SECOND_OF[shape] ?? HIGHEST_SECOND;
  return HIGHEST[shape in ordinary ? 'ordinary' : shape in bulky ? 'bulky' : 'others'];
}
