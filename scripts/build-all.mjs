// npm run build:all: builds and checks the addon for every platform, and tries those that can run on this machine.
//
//   npm run build:all -- [linux-x64-musl …]    only these platforms; all by default
//   npm run build:all -- --try                 tries the addons under npm/ without building
//
// zig, which pip installs into .cache, links for other platforms; on macOS and Windows the system's own
// tools build for the system. The addons go to npm/<platform>/, from where they are packed.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { checkAll } from './release/check-artifact.mjs';
import { addonFile, chosenPlatforms, nativeTarget, platforms } from './release/platforms.mjs';
import { installPythonTools } from './release/tools.mjs';
import { tryAddon } from './release/try-everywhere.mjs';
import { root } from './setup.mjs';

const args = process.argv.slice(2);
const onlyTry = args.includes('--try');
const names = chosenPlatforms(args.filter((arg) => arg !== '--try'));

const built = onlyTry ? names : names.filter(build);
console.log();
const sound = checkAll(built);
const ran = built.map(tryAddon).every(Boolean);
const missing = names.filter((name) => !built.includes(name));
if (missing.length > 0) console.error(`not built: ${missing.join(', ')}`);
process.exitCode = sound && ran && missing.length === 0 ? 0 : 1;

function build(name) {
  const start = Date.now();
  const { target } = platforms[name];
  const native = nativeTarget(name);
  const command = native ? 'build' : 'zigbuild';
  console.log(`\n== ${name}: cargo ${command} --target ${native ?? target}`);
  addTarget(native ?? target);
  const options = ['--release', '--locked', '--package', 'heapray', '--target', native ?? target];
  const { status } = spawnSync('cargo', [command, ...options], { cwd: root, stdio: 'inherit', env: environment(name) });
  if (status !== 0) return false;
  copyFileSync(libraryOf(name, native ?? target), addonFile(name));
  if (name.startsWith('darwin') && !native && !stripSymbols(addonFile(name))) return false;
  console.log(`== ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
  return true;
}

/** The flags of `npm run build`, which the environment variable set here would replace. */
function compilerFlags() {
  const config = readFileSync(path.join(root, 'scripts/release/cargo.toml'), 'utf8');
  return JSON.parse(/^rustflags = (.*)$/m.exec(config)[1]);
}

function addTarget(target) {
  spawnSync('rustup', ['target', 'add', tripleOf(target)], { cwd: root, stdio: 'inherit' });
}

/** The target as rustc knows it; zigbuild's has a glibc version at the end. */
function tripleOf(target) {
  return target.replace(/\.\d+\.\d+$/, '');
}

function environment(name) {
  const cargoHome = process.env.CARGO_HOME ?? path.join(homedir(), '.cargo');
  // Panic messages contain paths of source files, which must not be those of this machine.
  const flags = [...compilerFlags(), `--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=heapray`, `--remap-path-prefix=${printedByRustc('sysroot')}=rust`];
  // An addon shares the C library of the process that loads it.
  if (name.endsWith('musl')) flags.push('-Ctarget-feature=-crt-static');
  if (name.startsWith('darwin')) flags.push('-Clink-arg=-Wl,-install_name,@rpath/heapray.node');
  return {
    ...process.env,
    ...(name.startsWith('win32') && process.platform !== 'win32' ? { LIBNODE_PATH: placeOfLibnode() } : {}),
    PATH: `${installPythonTools()}${path.delimiter}${process.env.PATH}`,
    CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'),
  };
}

/**
 * For MinGW, napi links with a libnode.dll. An empty one is enough, because the addon looks up Node's functions in the
 * process that loads it.
 */
function placeOfLibnode() {
  const folder = path.join(root, '.cache/libnode');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'libnode.dll'), '');
  writeFileSync(path.join(folder, 'libnode.a'), '!<arch>\n');
  return folder;
}

/** Removes the names of private symbols that zig leaves in an addon for macOS, a third of it, and signs it again. */
function stripSymbols(file) {
  const tool = path.join(printedByRustc('target-libdir'), '../bin/rust-objcopy');
  // Some toolchains have the library that it needs only in the compiler's folder.
  const env = { ...process.env, LD_LIBRARY_PATH: path.join(printedByRustc('sysroot'), 'lib') };
  return spawnSync(tool, ['--discard-all', file], { stdio: 'inherit', env }).status === 0;
}

/** `sysroot` contains the sources of the standard library, if they are installed. */
function printedByRustc(what) {
  return spawnSync('rustc', ['--print', what], { cwd: root, encoding: 'utf8' }).stdout.trim();
}

function libraryOf(name, target) {
  const folder = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), tripleOf(target), 'release');
  const [prefix, extension] = name.startsWith('win32') ? ['', 'dll'] : ['lib', name.startsWith('darwin') ? 'dylib' : 'so'];
  return path.join(folder, `${prefix}heapray.${extension}`);
}
