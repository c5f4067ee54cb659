// Sets up a fresh clone: installs packages, builds addon and viewer. Does only what is missing, and says what it does.

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/** The core for the browser, once built; and for threads, where Rust's standard library for these can be had. */
export const wasmFile = path.join(root, 'viewer/engine/heapray.wasm');
export const threadedWasmFile = path.join(root, 'viewer/engine/heapray-threads.wasm');

/** Node.js, Rust, packages, addon. Ends the process with a sentence when one cannot be had. */
export function setUp() {
  checkTools();
  installPackages();
  buildAddon();
}

/** The WebAssembly module and the page, after {@link setUp}: only what looks at the viewer waits for them. */
export function setUpViewer() {
  buildWasm();
  buildViewer();
}

/** Runs a command in the repository with its output shown; `true` when it succeeds. */
export function run(command, args, options = {}) {
  const shell = process.platform === 'win32';
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Whether a command can be run at all, such as `cargo clippy --version`; prints nothing. */
export function has(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

/** Those that are named, or all there are. Ends the process with a sentence and 2 when a name is none of them. */
export function choose(what, known, names) {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`no ${what} is called ${unknown}: there are ${known.join(', ')}`);
    process.exit(2);
  }
  return names.length > 0 ? names : known;
}

function checkTools() {
  if (Number.parseInt(process.versions.node, 10) < 20) fail(`Node.js 20 or later is needed; this is ${process.version}`);
  if (spawnSync('cargo', ['--version'], { cwd: root }).status !== 0) fail('Rust is needed: https://rustup.rs');
}

/** The development dependencies, as the lock file has them. */
export function installPackages() {
  const reason = whyPackagesAreStale();
  if (!reason) return;
  // `npm ci` would empty the folder that it leads to, which is somebody else's.
  const isLink = lstatSync(path.join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink) fail(`node_modules is a link, and ${reason} in the folder it leads to`);
  console.log(`set-up: npm ci (${reason})`);
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) fail('npm ci failed');
}

// npm writes down what it installed; packages for other platforms are optional and may be missing there.
function whyPackagesAreStale() {
  const installed = readLock('node_modules/.package-lock.json');
  if (!installed) return 'packages are not installed';
  for (const [place, wanted] of Object.entries(readLock('package-lock.json'))) {
    if (place === '' || (wanted.optional && !installed[place])) continue;
    if (installed[place]?.version !== wanted.version) return `${place} is not at version ${wanted.version}`;
  }
  return null;
}

function readLock(file) {
  const lock = path.join(root, file);
  return existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')).packages : null;
}

function buildAddon() {
  const reason = whyAddonIsStale();
  if (!reason) return;
  console.log(`set-up: npm run build (${reason}; the first time takes a minute or two)`);
  if (!run('npm', ['run', '--silent', 'build'])) fail('the addon cannot be built');
}

function whyAddonIsStale() {
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'));
  if (addons.length === 0) return 'the addon is not built';
  const built = Math.min(...addons.map((name) => statSync(path.join(root, name)).mtimeMs));
  const newer = sources('src', 'crates/core').find((file) => statSync(file).mtimeMs > built);
  return newer ? `${path.relative(root, newer)} is newer than the addon` : null;
}

function buildWasm() {
  const reason = whyWasmIsStale();
  if (!reason) return;
  console.log(`set-up: npm run build:wasm (${reason}; the first time takes a minute)`);
  if (!run('npm', ['run', '--silent', 'build:wasm'])) fail('the WebAssembly module cannot be built');
}

function whyWasmIsStale() {
  if (!existsSync(wasmFile)) return 'the WebAssembly module is not built';
  const built = statSync(wasmFile).mtimeMs;
  const newer = sources('crates/core', 'crates/wasm', '.cargo').find((file) => statSync(file).mtimeMs > built);
  return newer ? `${path.relative(root, newer)} is newer than the WebAssembly module` : null;
}

function buildViewer() {
  const reason = whyViewerIsStale();
  if (!reason) return;
  console.log(`set-up: npm run build:viewer (${reason})`);
  if (!run('npm', ['run', '--silent', 'build:viewer'])) fail('the viewer cannot be built');
}

function whyViewerIsStale() {
  const page = path.join(root, 'viewer/dist/index.html');
  if (!existsSync(page)) return 'the viewer is not built';
  const built = statSync(page).mtimeMs;
  const folders = ['viewer/app', 'viewer/engine', 'viewer/styles', 'lib/format', 'lib/protocol', 'examples/closure-leak'];
  const files = folders.flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((name) => path.join(root, folder, String(name))));
  const newer = ['viewer/index.html', 'lib/api/typed.js', 'lib/api/heapray-error.js', 'lib/api/options/questions.js', 'lib/view/example.js', 'scripts/build-viewer.mjs'].map((name) => path.join(root, name)).concat(files).find((file) => statSync(file).mtimeMs > built);
  return newer ? `${path.relative(root, newer)} is newer than the viewer` : null;
}

/** Manifests, and the Rust sources of these folders. */
function sources(...folders) {
  const manifests = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'rust-toolchain.toml'].map((name) => path.join(root, name));
  return [...manifests.filter((file) => existsSync(file)), ...folders.flatMap((folder) => filesOfBuild(path.join(root, folder)))];
}

// Tests, benches and examples of the core are no part of the addon.
function filesOfBuild(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.(rs|toml)$/.test(name) && !/^(tests|benches|examples)\b/.test(name))
    .map((name) => path.join(folder, name));
}

function fail(sentence) {
  console.error(`set-up: ${sentence}`);
  process.exit(1);
}
