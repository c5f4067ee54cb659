// A program with a realistic heap that writes its own snapshot: `program.mjs FILE SOURCE_FILES SEED`.

import { writeHeapSnapshot } from 'node:v8';
import { Random } from './random.mjs';
import { Service } from './service.mjs';
import { SourceFile } from './syntax.mjs';

const SESSIONS_PER_FILE = 4;

const [output, files, seed] = process.argv.slice(2);
const random = new Random(Number(seed));

const service = new Service();
const sources = new Map();
// Nothing shall be alive only because this loop runs.
globalThis.workspace = { sources, service };

for (let count = Number(files); count > 0; count--) {
  const name = `src/${random.name()}/${random.name()}-${count}.js`;
  sources.set(name, new SourceFile(name, random));
  for (let sessions = SESSIONS_PER_FILE; sessions > 0; sessions--) service.open(random);
}

// Writes directly to the file, because a stream would hold the whole text in memory.
writeHeapSnapshot(output);
