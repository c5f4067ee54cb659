// Runs try-addon.mjs for an addon under npm/ in every possible way: versions of Node, an Alpine-like root, an emulated
// processor, an emulated Windows.

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { platformName } from '../../lib/addon/platform.js';
import { nodeBinary } from '../node-versions.mjs';
import { root } from '../setup.mjs';
import { emulatedNode } from './emulated-node.mjs';
import { muslNode } from './musl-node.mjs';
import { addonFile } from './platforms.mjs';
import { windowsNode } from './wine-node.mjs';

const VERSIONS = [18, 20, 22, 24, 26];

/** Prints a line for each Node, or why there is none. Returns whether nothing failed. */
export function tryAddon(name) {
  const runs = runsOf(name);
  if (runs.length === 0) console.log(`--  ${name}: cannot be run on this machine`);
  return runs.map((run) => {
    const { command, args = [], folder = root, env = process.env, reason } = run();
    if (reason) {
      console.log(`--  ${name}: not run, ${reason}`);
      return true;
    }
    // Absolute, since a command that changes the root folder changes the working folder too.
    const script = ['scripts/release/try-addon.mjs', path.relative(root, addonFile(name))].map((file) => path.join(folder, file));
    return spawnSync(command, [...args, ...script], { cwd: root, env, stdio: 'inherit' }).status === 0;
  }).every(Boolean);
}

/** Each returns a command line that ends with Node, or the reason why there is none. */
function runsOf(name) {
  if (name === platformName()) return VERSIONS.map((major) => () => ({ command: nodeBinary(major) }));
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  if (name.endsWith('musl')) return [() => muslNode(name.split('-')[1])];
  if (name === 'linux-arm64-gnu') return [20, 24].map((major) => () => emulatedNode(major));
  if (name === 'win32-x64-msvc') return VERSIONS.map((major) => () => windowsNode(major));
  return [];
}
