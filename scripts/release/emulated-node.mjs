// Node.js for 64-bit ARM (from npm) under qemu's user emulation.

import { existsSync } from 'node:fs';
import { nodeBinary } from '../node-versions.mjs';
import { has } from '../setup.mjs';

const LIBRARIES = '/usr/aarch64-linux-gnu';

/** A command line that runs a version of Node on ARM, or the reason why there is none. */
export function emulatedNode(major) {
  const there = has('qemu-aarch64', ['--version']) && existsSync(`${LIBRARIES}/lib/libstdc++.so.6`);
  if (!there) return { reason: 'it needs the packages qemu-user, libc6-arm64-cross and libstdc++6-arm64-cross' };
  return { command: 'qemu-aarch64', args: ['-L', LIBRARIES, nodeBinary(major, 'linux-arm64')] };
}
