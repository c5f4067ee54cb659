// Runs the core's tests under memory checkers. Needs a nightly toolchain:
//
//   rustup toolchain install nightly --component rust-src,miri
//   npm run test:sanitizers                 both
//   npm run test:sanitizers -- address      AddressSanitizer and LeakSanitizer over all tests
//   npm run test:sanitizers -- miri         Miri over the unit tests of unsafe code, with small inputs
//
// Exits with 1 if anything was found.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { choose, has, root, run } from './setup.mjs';

/** Unit tests of files with `unsafe` and of data shared between threads. */
const UNSAFE = ['snapshot::column::', 'snapshot::parse::number::', 'snapshot::parse::tables::', 'snapshot::derived::', 'snapshot::parallel::'];
/** This test limits memory to less than a sanitizer needs. */
const WITHOUT = ['out_of_memory'];

const core = ['--package', 'heapray-core'];

const parts = {
  address: () =>
    cargo(['test', ...core, '--target', host(), '--lib', ...integrationTests()], {
      RUSTFLAGS: '-Zsanitizer=address',
      // A test allocates too much on purpose.
      ASAN_OPTIONS: 'allocator_may_return_null=1',
    }),
  miri: () => cargo(['miri', 'test', ...core, '--lib', '--', ...UNSAFE], {}),
};

process.exitCode = main(process.argv.slice(2));

function main(names) {
  const chosen = choose('part', Object.keys(parts), names);
  if (!has('cargo', ['+nightly', '--version'])) {
    console.error('a nightly toolchain is needed: rustup toolchain install nightly --component rust-src,miri');
    return 2;
  }
  const failed = chosen.filter((name) => !parts[name]());
  for (const name of failed) console.error(`FAILED: ${name}`);
  return failed.length === 0 ? 0 : 1;
}

/** Each kind of build has its own folder, so that the next plain build does not start from scratch. */
function cargo(args, env) {
  const target = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), args[0] === 'miri' ? 'miri' : 'address');
  console.log(`== cargo +nightly ${args.join(' ')}`);
  return run('cargo', ['+nightly', ...args], { env: { ...process.env, ...env, CARGO_TARGET_DIR: target } });
}

function host() {
  const { stdout } = spawnSync('rustc', ['+nightly', '-vV'], { encoding: 'utf8' });
  return /^host: (.*)$/m.exec(stdout)[1];
}

function integrationTests() {
  const names = readdirSync(path.join(root, 'crates/core/tests')).map((name) => path.parse(name).name);
  return names.filter((name) => !WITHOUT.includes(name)).flatMap((name) => ['--test', name]);
}
