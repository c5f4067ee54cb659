// npm run build:wasm: builds crates/wasm as viewer/engine/heapray.wasm and heapray-threads.wasm.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root, run, threadedWasmFile, wasmFile } from './setup.mjs';

/** One module for every page, one for pages whose workers may share memory. */
const PLAIN = { target: 'wasm32-unknown-unknown', file: wasmFile };
const THREADED = { target: 'wasm32-wasip1-threads', file: threadedWasmFile };

if (!addTarget(PLAIN)) fail(`the target ${PLAIN.target} is needed, and rustup cannot add it`);
const modules = [PLAIN];
if (addTarget(THREADED)) modules.push(THREADED);
else {
  console.warn(`build:wasm: rustup cannot add the target ${THREADED.target}: building without threads`);
  rmSync(THREADED.file, { force: true });
}
build();
modules.forEach(report);

/** Rust's standard library for a target, where it is not there yet. */
function addTarget({ target }) {
  const { stdout } = spawnSync('rustc', ['--print', 'target-libdir', '--target', target], { cwd: root, encoding: 'utf8' });
  return existsSync(stdout.trim()) || run('rustup', ['target', 'add', target]);
}

/** At once, so that cargo has something to do all the time. */
function build() {
  const targets = modules.flatMap(({ target }) => ['--target', target]);
  const args = ['build', '--quiet', '--profile', 'wasm', '--package', 'heapray-wasm', ...targets];
  const { status, stdout } = spawnSync('cargo', [...args, '--message-format=json-render-diagnostics'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail('cargo failed');
  const files = stdout.split('\n').filter(Boolean).flatMap((line) => JSON.parse(line).filenames ?? []);
  for (const { target, file } of modules) {
    const built = files.find((name) => name.endsWith('heapray_wasm.wasm') && name.split(path.sep).includes(target));
    copyFileSync(built ?? fail(`cargo built no module for ${target}`), file);
  }
}

function report({ file }) {
  const bytes = readFileSync(file);
  console.log(`${path.relative(root, file)}: ${kilobytes(bytes)}, ${kilobytes(gzipSync(bytes, { level: 9 }))} gzipped`);
}

function kilobytes({ length }) {
  return `${Math.round(length / 1000)} kB`;
}

function fail(sentence) {
  console.error(`build:wasm: ${sentence}`);
  process.exit(1);
}
