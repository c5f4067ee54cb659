// Runs a leaking service that watches itself in a container: the leak is named before the process ends, and no capture
// ends it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { makeGroup } from '../../__test__/support/control-groups.mjs';

const program = fileURLToPath(new URL('watch-program.cjs', import.meta.url));

/**
 * Runs until the limit or V8 ends the process.
 * @param {{ limitMB?: number, heapMB?: number, rate: number }} service A container's limit, or V8's own; megabytes leaked a second.
 */
export async function runWatch(binary, { limitMB, heapMB, rate }) {
  const group = makeGroup();
  if (limitMB) group.setLimit(limitMB * 1e6);
  const flags = heapMB ? [`--max-old-space-size=${heapMB}`] : [];
  const inGroup = ['-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', group.folder];
  const child = spawn('sh', [...inGroup, binary, ...flags, program, String(rate)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
  group.setLimit(null);
  await group.remove();
  const lines = stdout.split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line));
  const named = lines.find(({ suspects }) => suspects?.[0] === 'Session');
  const problems = [];
  if (!named) problems.push(`not named: ${JSON.stringify(lines)}`);
  if (lines.at(-1)?.begun) problems.push('ended in a capture');
  return { named, lines, problems };
}
