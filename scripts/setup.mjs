// Sets up a fresh clone: installs packages, builds addon and viewer. Does only what is missing, and prints what it does.

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/** The built core for the browser, and the one with threads if Rust's standard library for these is available. */
export const wasmFile = path.join(root, 'viewer/engine/heapray.wasm');
export const threadedWasmFile = path.join(root, 'viewer/engine/heapray-threads.wasm');

/** Checks Node.js and Rust, installs packages, builds the addon. Exits with a message if one is unavailable. */
export function setUp() {
  checkTools();
  installPackages();
  buildAddon();
}

/** Builds the WebAssembly module and the page, after {@link setUp}. Only tests of the viewer need them. */
export function setUpViewer() {
  buildWasm();
  buildViewer();
}

/** Runs a command in the repository and shows its output. Returns whether it succeeds. */
export function run(command, args, options = {}) {
  const shell = process.platform === 'win32';
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Whether a command can be run, such as `cargo clippy --version`. Prints nothing. */
export function has(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

/** The chosen names, or all known ones. Exits with a message and 2 for an unknown name. */
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

/** Installs the development dependencies of the lock file. */
export function installPackages() {
  const reason = whyPackagesAreStale();
  if (!reason) return;
  // `npm ci` would empty the target of the link, which belongs to another clone.
  const isLink = lstatSync(path.join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink) fail(`node_modules is a link, and ${reason} in the folder it leads to`);
  console.log(`set-up: npm ci (${reason})`);
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) fail('npm ci failed');
}

// npm's own list of installed packages lacks optional ones for other platforms.
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

/** Manifests and the Rust sources in these folders. */
function sources(...folders) {
  const manifests = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'rust-toolchain.toml'].map((name) => path.join(root, name));
  return [...manifests.filter((file) => existsSync(file)), ...folders.flatMap((folder) => filesOfBuild(path.join(root, folder)))];
}

// Tests, benches and examples of the core are not part of the addon.
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
