// Fuzzes the core with libFuzzer, through cargo-fuzz (`cargo install cargo-fuzz --locked`).
//
//   npm run fuzz                              every target, a minute each
//   npm run fuzz -- structure --minutes 30    one target
//   npm run fuzz -- --address                 with AddressSanitizer: needs a nightly toolchain
//
// Failing inputs go to fuzz/artifacts, interesting ones to fuzz/corpus; neither is committed. fuzz/seeds has
// the committed inputs, which `npm test` runs too: see fuzz/README.md.

import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { choose, has, root, run } from './setup.mjs';

const targets = readdirSync(path.join(root, 'fuzz/fuzz_targets')).map((file) => path.parse(file).name);

process.exitCode = main();

function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: 'string', default: '1' }, address: { type: 'boolean', default: false } },
  });
  const seconds = Math.round(Number(values.minutes) * 60);
  const chosen = choose('target', targets, positionals);
  if (!(seconds > 0)) {
    console.error('--minutes needs a number');
    return 2;
  }
  if (!has('cargo', ['fuzz', '--version'])) {
    console.error('cargo-fuzz is needed: cargo install cargo-fuzz --locked');
    return 2;
  }
  const failed = chosen.filter((target) => !fuzz(target, seconds, values.address));
  for (const target of failed) console.error(`FAILED: ${target}; its input is in fuzz/artifacts/${target}`);
  return failed.length === 0 ? 0 : 1;
}

function fuzz(target, seconds, address) {
  console.log(`== ${target}: ${seconds} s`);
  const [corpus, seeds] = ['corpus', 'seeds'].map((folder) => path.join('fuzz', folder, target));
  for (const folder of [corpus, seeds]) mkdirSync(path.join(root, folder), { recursive: true });
  // Sanitizers need a nightly toolchain; without one, a stable toolchain is enough.
  const toolchain = address ? ['+nightly'] : [];
  const options = ['--sanitizer', address ? 'address' : 'none', target, corpus, seeds];
  const limits = [`-max_total_time=${seconds}`, '-timeout=30', '-rss_limit_mb=2048', '-max_len=4096', '-print_final_stats=1'];
  const dictionary = '-dict=fuzz/dictionaries/snapshot.dict';
  return run('cargo', [...toolchain, 'fuzz', 'run', ...options, '--', ...limits, dictionary]);
}
