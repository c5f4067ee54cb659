// Snapshots of zoo.cjs, taken by real versions of Node.js.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../../scripts/node-versions.mjs';

const program = fileURLToPath(new URL('zoo.cjs', import.meta.url));
const cacheFolder = fileURLToPath(new URL('../../.cache/zoo/', import.meta.url));

/** What each version is asked for; older ones lack the options. */
const plansUpTo18 = ['plain', 'later', 'worker'];
const plans = ['plain', 'later', 'internals', 'numeric', 'worker', 'timeline', 'timelineWithoutStacks'];

/**
 * Paths of the snapshots of one major version, made on the first call and kept for the next:
 * a mismatch can be looked at again in the same file.
 */
export function zooSnapshots(major) {
  const names = major <= 18 ? plansUpTo18 : plans;
  const version = createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder, `node${major}-${version}`);
  if (!existsSync(folder)) capture(nodeBinary(major), names, folder);
  return names.map((name) => path.join(folder, name + (name.startsWith('timeline') ? '.heaptimeline' : '.heapsnapshot')));
}

function capture(node, names, folder) {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  execFileSync(node, [program, unfinished, ...names], { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(unfinished, folder);
}
