// npm run exact -- FILE…             compares each file, and each with the one before it
// npm run exact -- --fuzz N [--seed S]   compares N random graphs, from seed S on
//
// Ends with 1 when anything differs.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setUp } from '../../scripts/setup.mjs';

const usage = `usage: npm run exact -- FILE…
       npm run exact -- --fuzz COUNT [--seed FIRST]`;

process.exitCode = await main();

async function main() {
  const options = { fuzz: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  const { values, positionals: files } = parseArgs({ options, allowPositionals: true });
  if (values.help || (!values.fuzz && files.length === 0)) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const missing = files.find((file) => !existsSync(file));
  if (missing) {
    console.error(`no such file: ${missing}`);
    return 2;
  }
  setUp();
  const tally = values.fuzz
    ? await fuzzRandomPairs(Number(values.fuzz), Number(values.seed ?? 1))
    : await (await import('./files.mjs')).compareFiles(files, { log: console.log });
  console.log(tally.summary());
  return tally.mismatchCount === 0 ? 0 : 1;
}

async function fuzzRandomPairs(count, seed) {
  const { fuzz } = await import('./fuzz.mjs');
  const tally = await fuzz({ count, seed, log: console.log });
  console.log(tally.details());
  return tally;
}
