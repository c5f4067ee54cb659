// Tools from npm, with a package.json and a lockfile of their own.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PEERS } from '../paths.mjs';

/** The version of a tool. Installs all tools if it is missing. */
export function peerVersion(name) {
  const manifest = path.join(PEERS, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) {
    console.error('installing the tools to compare with …');
    // Without scripts, because a dependency of memlab would download a browser.
    execFileSync('npm', ['ci', '--prefix', PEERS, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] });
  }
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
