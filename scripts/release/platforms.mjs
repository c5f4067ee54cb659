// What is released: one addon for each platform, how it is built from here, and what must hold of it.

import path from 'node:path';
import { root } from '../setup.mjs';

/** Bytes of a package as it is downloaded; every one must be smaller. */
export const MAX_PACKED_BYTES = 2_000_000;

/** Bytes of an addon as it lies on the disk; must be smaller. */
export const MAX_BYTES = 3_000_000;

/** The oldest glibc supported, of 2012: what Node.js 18 itself asks for is 2.28. */
export const GLIBC = '2.17';

/**
 * `target` is what cargo-zigbuild is given; `format` and `machine` as LIEF names them. The Windows
 * addons are released as built by the MSVC tools on Windows; built from here they use the GNU ABI, which
 * Node-API does not mind.
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

/** Where an addon lies in its package. */
export const addonFile = (name) => path.join(root, 'npm', name, `heapray.${name}.node`);

/** The platforms named on the command line, or all; ends the process for one that does not exist. */
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

/** The target that this system's own tools build it for, where that is better than zig. */
export const nativeTarget = (name) => NATIVE_TARGETS[process.platform]?.[name];
