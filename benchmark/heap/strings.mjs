// A program with many small strings that writes its own snapshot: `strings.mjs FILE COUNT`.

import { writeHeapSnapshot } from 'node:v8';

const [output, count] = process.argv.slice(2);
globalThis.names = Array.from({ length: Number(count) }, (_, at) => `name:${at}`);
writeHeapSnapshot(output);
