// Checks that an addon's file is right for its platform: format, machine, exports, libraries, glibc, size, no local paths.
//
//   node scripts/release/check-artifact.mjs [linux-x64-gnu …]    addons under npm/; all by default

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../setup.mjs';
import { addonFile, chosenPlatforms, GLIBC, MAX_BYTES, platforms } from './platforms.mjs';
import { installPythonTools } from './tools.mjs';

const inspector = fileURLToPath(new URL('inspect.py', import.meta.url));

/** Libraries that an addon may need, which are part of every system. */
const SYSTEM_LIBRARIES = {
  gnu: /^(libc|libm|libdl|libpthread|librt|libgcc_s|ld-linux-[a-z0-9-]+)\.so\.\d+$/,
  musl: /^(libc\.so|libc\.musl-[a-z0-9_]+\.so\.1)$/,
  darwin: /^(\/usr\/lib\/lib(System\.B|iconv\.2|charset\.1)\.dylib|@rpath\/heapray\.node)$/,
  msvc: /^((kernel32|ntdll|msvcrt|ucrtbase|userenv|ws2_32|bcryptprimitives|advapi32|vcruntime140|node)(\.dll|\.exe)|api-ms-win-[a-z0-9-]+\.dll)$/i,
};

/** Paths of the build machine, which panic messages contain unless they are remapped. */
const BUILD_PATHS = [homedir(), root];

/** Panic messages must contain the source file, for bug reports. */
const SOURCE_FILE = /crates[\\/]core[\\/]src[\\/][a-z_\\/]+\.rs/;

/** @returns {{ facts: string, faults: string[] }} */
function checkArtifact(name, file = addonFile(name)) {
  if (!existsSync(file)) return { facts: 'missing', faults: [`${file} does not exist`] };
  const bytes = readFileSync(file);
  const python = path.join(installPythonTools(), 'python');
  const found = JSON.parse(execFileSync(python, [inspector, file], { encoding: 'utf8' }))[file];
  const glibc = newestGlibc(found.versions);
  const faults = [...faultsOf(name, found, glibc)];
  if (bytes.length >= MAX_BYTES) faults.push(`${bytes.length} bytes, expected fewer than ${MAX_BYTES}`);
  const leaked = BUILD_PATHS.find((folder) => bytes.includes(`${path.resolve(folder)}${path.sep}`));
  if (leaked) faults.push(`contains a path of the build machine: ${leaked}`);
  if (!SOURCE_FILE.test(bytes.toString('latin1'))) faults.push('panics would not name their source files');
  const needs = glibc ? `, needs glibc ${glibc}` : '';
  return { facts: `${found.format} ${found.machine}, ${(bytes.length / 1e6).toFixed(2)} MB${needs}`, faults };
}

function* faultsOf(name, found, glibc) {
  const { format, machine } = platforms[name];
  if (found.format !== format) yield `format ${found.format}, expected ${format}`;
  if (found.machine !== machine) yield `machine ${found.machine}, expected ${machine}`;
  if (!found.library) yield 'not a shared library';
  if (!found.exports.includes('napi_register_module_v1')) yield 'does not export napi_register_module_v1';
  const abi = name.startsWith('darwin') ? 'darwin' : name.split('-')[2];
  for (const library of found.libraries) {
    if (!SYSTEM_LIBRARIES[abi].test(library)) yield `needs ${library}, which a system may lack`;
  }
  if (name === 'darwin-arm64' && !found.signed) yield 'its code signature is missing or not of these bytes, with which macOS does not load it';
  if (abi === 'gnu' && compareVersions(glibc, GLIBC) > 0) yield `needs glibc ${glibc}, expected ${GLIBC} or older`;
  if (abi === 'musl' && glibc) yield `needs glibc ${glibc}, expected none`;
}

const compareVersions = (a, b) => a.localeCompare(b, 'en', { numeric: true });

function newestGlibc(versions) {
  const numbers = versions.filter((version) => /^GLIBC_\d/.test(version)).map((version) => version.slice('GLIBC_'.length));
  return numbers.sort(compareVersions).at(-1);
}

/** Prints a line for each addon, and returns whether all are right. */
export function checkAll(names) {
  let sound = true;
  for (const name of names) {
    const { facts, faults } = checkArtifact(name);
    console.log(`${faults.length > 0 ? 'BAD' : 'ok '} ${name}: ${facts}`);
    for (const fault of faults) console.error(`    ${fault}`);
    sound &&= faults.length === 0;
  }
  return sound;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = checkAll(chosenPlatforms(process.argv.slice(2))) ? 0 : 1;
}
