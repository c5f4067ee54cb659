// The released platforms: how the addon of each is built, and its requirements.

import path from 'node:path';
import { root } from '../setup.mjs';

/** Every package must be smaller than this to download, in bytes. */
export const MAX_PACKED_BYTES = 2_000_000;

/** Every addon must be smaller than this on disk, in bytes: three mebibytes. */
export const MAX_BYTES = 3 * 1024 * 1024;

/** The oldest supported glibc, of 2012. Node.js 18 itself needs 2.28. */
export const GLIBC = '2.17';

/**
 * `target` is that of cargo-zigbuild; `format` and `machine` have LIEF's names. The released addons for Windows
 * are built there by the MSVC tools; those built here use the GNU ABI, with which Node-API works too.
 */
export const platforms = {
  'linux-x64-gnu': { target: `x86_64-unknown-linux-gnu.${GLIBC}`, format: 'ELF', machine: 'X86_64' },
  'linux-x64-musl': { target: 'x86_64-unknown-linux-musl', format: 'ELF', machine: 'X86_64' },
  'linux-arm64-gnu': { target: `aarch64-unknown-linux-gnu.${GLIBC}`, format: 'ELF', machine: 'AARCH64' },
  'linux-arm64-musl': { target: 'aarch64-unknown-linux-musl', format: 'ELF', machine: 'AARCH64' },
  'darwin-x64': { target: 'x86_64-apple-darwin', format: 'MACHO', machine: 'X86_64' },
  'darwin-arm64': { target: 'aarch64-apple-darwin', format: 'MACHO', machine: 'ARM64' },
  'win32-x64-msvc': { target: 'x86_64-pc-windows-gnu', format: 'PE', machine: 'AMD64' },
  'win32-arm64-msvc': { target: 'aarch64-pc-windows-gnullvm', format: 'PE', machine: 'ARM64' },
};

/** The path of an addon in its package. */
export const addonFile = (name) => path.join(root, 'npm', name, `heapray.${name}.node`);

/** The platforms named on the command line, or all. Exits for an unknown one. */
export function chosenPlatforms(names) {
  const unknown = names.find((name) => !(name in platforms));
  if (unknown) {
    console.error(`no platform is called ${unknown}: there are ${Object.keys(platforms).join(', ')}`);
    process.exit(2);
  }
  return names.length > 0 ? names : Object.keys(platforms);
}

const NATIVE_TARGETS = {
  darwin: { 'darwin-x64': 'x86_64-apple-darwin', 'darwin-arm64': 'aarch64-apple-darwin' },
  win32: { 'win32-x64-msvc': 'x86_64-pc-windows-msvc', 'win32-arm64-msvc': 'aarch64-pc-windows-msvc' },
};

/** The target for this system's own tools, where these are better than zig. */
export const nativeTarget = (name) => NATIVE_TARGETS[process.platform]?.[name];
