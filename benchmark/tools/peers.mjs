// The tools from npm, which have a package.json and a lockfile of their own.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PEERS } from '../paths.mjs';

/** Version of an installed tool; installs all of them when it is not there. */
export function peerVersion(name) {
  const manifest = path.join(PEERS, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) {
    console.error('installing the tools to compare with …');
    // Without scripts, because one of memlab's dependencies would fetch a browser.
    execFileSync('npm', ['ci', '--prefix', PEERS, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] });
  }
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
