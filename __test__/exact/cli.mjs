// npm run exact -- FILE…             compares each file, and each with the one before it
// npm run exact -- --fuzz N [--seed S]   compares N random graphs, from seed S on
//
// Ends with 1 when anything differs.

import { parseArgs } from 'node:util';
import { compareFiles } from './files.mjs';
import { fuzz } from './fuzz.mjs';

const usage = `usage: npm run exact -- FILE…
       npm run exact -- --fuzz COUNT [--seed FIRST]`;

process.exitCode = await main();

async function main() {
  const options = { fuzz: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help || (!values.fuzz && positionals.length === 0)) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const tally = values.fuzz
    ? await fuzz({ count: Number(values.fuzz), seed: Number(values.seed ?? 1), log: console.log })
    : await compareFiles(positionals, { log: console.log });
  console.log(tally.summary());
  return tally.mismatchCount === 0 ? 0 : 1;
}
