// npm run build:wasm: crates/wasm → viewer/engine/heapray.wasm, the core as the browser runs it.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { root, run, wasmFile } from './setup.mjs';

const TARGET = 'wasm32-unknown-unknown';

addTarget();
const built = build();
copyFileSync(built, wasmFile);
const bytes = readFileSync(wasmFile);
console.log(`viewer/engine/heapray.wasm: ${kilobytes(bytes)}, ${kilobytes(gzipSync(bytes, { level: 9 }))} gzipped`);

/** Rust's standard library for WebAssembly, where it is not there yet. */
function addTarget() {
  const { stdout } = spawnSync('rustc', ['--print', 'target-libdir', '--target', TARGET], { cwd: root, encoding: 'utf8' });
  if (existsSync(stdout.trim())) return;
  if (!run('rustup', ['target', 'add', TARGET])) fail(`the target ${TARGET} is needed, and rustup cannot add it`);
}

/** @returns {string} where cargo put the module */
function build() {
  const args = ['build', '--quiet', '--profile', 'wasm', '--package', 'heapray-wasm', '--target', TARGET];
  const { status, stdout } = spawnSync('cargo', [...args, '--message-format=json-render-diagnostics'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail('cargo failed');
  const files = stdout.split('\n').filter(Boolean).flatMap((line) => JSON.parse(line).filenames ?? []);
  return files.find((file) => file.endsWith('heapray_wasm.wasm')) ?? fail('cargo built no module');
}

function kilobytes({ length }) {
  return `${Math.round(length / 1000)} kB`;
}

function fail(sentence) {
  console.error(`build:wasm: ${sentence}`);
  process.exit(1);
}
