// Publishes missing packages to npm: those of the addons first, so that the main one can always be installed.
//
//   node scripts/release/publish.mjs [--dry-run] [--provenance]
//
// Publishes all platforms or nothing, because a version without one of its addons would fail on that platform.

import { execFileSync, spawnSync } from 'node:child_process';
import { root } from '../setup.mjs';
import { checkAll } from './check-artifact.mjs';
import { manifest, packAll } from './pack.mjs';
import { platforms } from './platforms.mjs';

const flags = process.argv.slice(2);
const { version } = manifest();

if (!checkAll(Object.keys(platforms))) {
  console.error('nothing is published');
  process.exit(1);
}
const [main, ...addons] = packAll();
for (const { name, file } of [...addons, main]) {
  if (isPublished(name)) {
    console.log(`${name}@${version} is already published`);
    continue;
  }
  const tag = version.includes('-') ? 'next' : 'latest';
  execFileSync('npm', ['publish', file, '--access', 'public', '--ignore-scripts', '--tag', tag, ...flags], { cwd: root, stdio: 'inherit' });
}

function isPublished(name) {
  const { status, stdout } = spawnSync('npm', ['view', `${name}@${version}`, 'version'], { cwd: root, encoding: 'utf8' });
  return status === 0 && stdout.trim() === version;
}
