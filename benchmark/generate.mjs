// Generates large snapshots: a program of a given size takes a snapshot of itself.
//
//   node benchmark/generate.mjs --size xlarge [--output FILE] [--seed N] [--node PATH]
//
// V8 needs about ten times the heap for it: 15 GB of memory for `huge`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBinary } from '../scripts/node-versions.mjs';

const programOf = name => fileURLToPath(new URL(`heap/${name}.mjs`, import.meta.url));

/** Source files that the program keeps, each of which takes 1.2 MB of the snapshot. */
const SOURCE_FILES = { small: 3, medium: 37, large: 248, xlarge: 690, huge: 2000 };

/** Strings in the heap of small strings, whose snapshot has 430 MB. */
const STRINGS = 4_000_000;

/** What can be generated. */
export const SIZES = [...Object.keys(SOURCE_FILES), 'strings'];

/** Fixed, so that snapshots do not depend on the Node.js that runs this. V8 up to Node 20 can take minutes instead of seconds. */
const NODE_MAJOR = 24;

/**
 * Writes a snapshot to `file`, under a temporary name first, so that `file` is complete. The same seed gives the same heap,
 * except for V8's own objects.
 */
export async function generate({ file, size, seed = 1, node = nodeBinary(NODE_MAJOR) }) {
  if (!SIZES.includes(size)) throw new Error(`--size is one of ${SIZES.join(', ')}, not ${size}`);
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    const program = size === 'strings' ? [programOf('strings'), unfinished, STRINGS] : [programOf('program'), unfinished, SOURCE_FILES[size], seed];
    const args = ['--max-old-space-size=8192', ...program.map(String)];
    const [code, signal] = await once(spawn(node, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
    if (code !== 0) throw new Error(`the program to take a snapshot of ended with ${signal ?? `exit code ${code}`}`);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { size: { type: 'string', default: 'xlarge' }, output: { type: 'string' }, seed: { type: 'string' }, node: { type: 'string' } },
  });
  const file = path.resolve(values.output ?? `${values.size}.heapsnapshot`);
  console.error(`writing ${file} …`);
  await generate({ file, size: values.size, seed: values.seed && Number(values.seed), node: values.node });
  console.error(`${((await stat(file)).size / 1e6).toFixed(0)} MB`);
}
