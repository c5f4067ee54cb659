// npm test: runs every test, Rust and JavaScript. Sets up first; see setup.mjs.
//
//   npm test -- rust javascript     runs only these parts (format, lints, rust, fuzz, javascript)
//
// All parts run even if one fails, so that one run shows everything. Exits with 1 if any failed.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { installChromium } from './chromium.mjs';
import { choose, has, root, run, setUp, setUpViewer, threadedWasmFile } from './setup.mjs';

const inFuzz = ['--manifest-path', 'fuzz/Cargo.toml'];
const inTarget = process.env.CARGO_TARGET_DIR ? [] : ['--target-dir', 'target'];

/** Tests that measure how long the event loop stands still, or how soon something comes. */
const TIMED = ['abort', 'eventloop', 'watch'];

const parts = {
  format: {
    title: 'cargo fmt --check',
    skip: () => !has('cargo', ['fmt', '--version']) && 'rustfmt is not installed',
    run: () => run('cargo', ['fmt', '--all', '--check']) && run('cargo', ['fmt', ...inFuzz, '--check']),
  },
  lints: {
    title: 'cargo clippy, warnings are errors',
    skip: () => !has('cargo', ['clippy', '--version']) && 'clippy is not installed',
    // The addon's exports exist only in the library, so its test target would be dead code.
    run: () =>
      lint(['--workspace']) &&
      lint(['--package', 'heapray-core', '--all-targets']) &&
      lint(['--package', 'heapray-wasm', '--target', 'wasm32-unknown-unknown']) &&
      (!existsSync(threadedWasmFile) || lint(['--package', 'heapray-wasm', '--target', 'wasm32-wasip1-threads'])),
  },
  rust: {
    title: 'cargo test',
    run: () => run('cargo', ['test', '--quiet', '--workspace', '--all-features']),
  },
  fuzz: {
    title: 'fuzzing, for a minute',
    // The features and the folder are those of `cargo test`, which has built all dependencies before.
    run: () => run('cargo', ['run', '--quiet', ...inFuzz, ...inTarget, '--no-default-features', '--features', 'parallel', '--bin', 'smoke']),
  },
  javascript: {
    title: 'JavaScript tests, types, and every number against DevTools',
    run() {
      installChromium();
      const files = javaScriptTests();
      const alone = files.filter((file) => TIMED.includes(path.basename(file, '.test.mjs')));
      // Most of the others wait for child processes half of their time.
      const passed = [runTests(alone, 1), runTests(files.filter((file) => !alone.includes(file)), 2)];
      return passed.every(Boolean);
    },
  },
};

process.exitCode = main(process.argv.slice(2));

function main(names) {
  const chosen = choose('part', Object.keys(parts), names);
  const start = Date.now();
  setUp();
  setUpViewer();
  const failed = chosen.filter((name) => !runPart(parts[name]));
  console.log(`\n${chosen.length - failed.length} of ${chosen.length} parts passed in ${seconds(start)}`);
  for (const name of failed) console.log(`FAILED: ${parts[name].title} (again: npm test -- ${name})`);
  return failed.length === 0 ? 0 : 1;
}

function runPart({ title, skip, run }) {
  const reason = skip?.();
  console.log(`\n== ${title}${reason ? `: skipped, ${reason}` : ''}`);
  if (reason) return true;
  const start = Date.now();
  const passed = run();
  console.log(`== ${title}: ${passed ? 'passed' : 'FAILED'} in ${seconds(start)}`);
  return passed;
}

function lint(targets) {
  return run('cargo', ['clippy', '--quiet', ...targets, '--all-features', '--', '-D', 'warnings']);
}

function runTests(files, atOnce) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  // Before 20.10 this option does not exist: one file per processor but one runs at a time.
  const options = major > 20 || minor >= 10 ? [`--test-concurrency=${atOnce}`] : [];
  return run(process.execPath, ['--test', '--test-reporter=spec', ...options, ...files]);
}

// Node.js 20 accepts no patterns, so files are listed. Those in `suites` leak on purpose, for another test.
function javaScriptTests() {
  return readdirSync(path.join(root, '__test__'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.mjs') && !name.split(path.sep).includes('suites'))
    .sort()
    .map((name) => path.join('__test__', name));
}

function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}
