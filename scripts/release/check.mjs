// npm run release:check: checks the packages as users get them. Packs them, installs them into empty projects on a PATH
// without Rust, uses them, and runs publint, attw and `npm publish --dry-run`; checks the crates with cargo. Exits with 1
// if anything is wrong.
// In a fresh clone it first builds the addon of this platform and the viewer.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { platformName } from '../../lib/addon/platform.js';
import { installPackages, root, run, setUpViewer } from '../setup.mjs';
import { outOfStep } from '../version.mjs';
import { useInstalled } from './installed.mjs';
import { builtPlatforms, manifest, packAll } from './pack.mjs';
import { MAX_PACKED_BYTES } from './platforms.mjs';
import { tool } from './tools.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'heapray-release-'));
let failures = 0;

installPackages();
setUpViewer();
if (builtPlatforms().length === 0) run('npm', ['run', '--silent', 'build:all', '--', platformName()]);
await check('one version everywhere', () => outOfStep().join('\n'));
const packages = await check('packed', packAll);
const [main, ...addons] = packages;

await check('the addon of this platform is among the packages', () => {
  if (addons.length === 0) throw new Error('there is none under npm/: npm run build:all');
  return addons.map(({ name }) => name).join(', ');
});
for (const { name, bytes } of packages) {
  await check(`${name} is smaller than ${MAX_PACKED_BYTES / 1e6} MB`, () => {
    if (bytes >= MAX_PACKED_BYTES) throw new Error(`it has ${bytes} bytes`);
    return `${(bytes / 1e6).toFixed(2)} MB`;
  });
}
await check('what is exported is packed', () => {
  const named = [...leaves(manifest().exports), ...Object.values(manifest().bin)].map((file) => path.posix.normalize(file));
  const missing = named.filter((file) => !main.files.includes(file));
  if (missing.length > 0) throw new Error(`not in the package: ${missing.join(', ')}`);
});
await check('nothing that does not belong there is packed', () => {
  const strange = main.files.filter((file) => /\.(node|rs|toml|heapsnapshot)$|^(__test__|scripts|crates|target)\//.test(file));
  if (strange.length > 0) throw new Error(strange.join(', '));
  return `${main.files.length} files`;
});
for (const [title, run] of useInstalled({ main, addons, scratch })) await check(title, run);
await check('publint', () => command(tool('publint'), ['--strict', main.file]));
await check('attw', () => command(tool('attw'), ['--no-color', '--format', 'ascii', main.file], { quiet: true }));
for (const { name, file } of packages) {
  await check(`npm publish --dry-run ${name}`, () => command('npm', ['publish', '--dry-run', '--ignore-scripts', '--access', 'public', file], { quiet: true }));
}
await check('cargo publish --dry-run', () => command('cargo', ['publish', '--dry-run', '--locked', '--allow-dirty', '--package', 'heapray-core'], { quiet: true }));

rmSync(scratch, { recursive: true, force: true });
console.log(failures === 0 ? '\nready to be released' : `\n${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

async function check(title, run) {
  const start = Date.now();
  try {
    const result = await run();
    const note = typeof result === 'string' && result ? `: ${result}` : '';
    console.log(`ok      ${title}${note} (${Date.now() - start} ms)`);
    return result;
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${title}\n${indent(error.message)}`);
    return undefined;
  }
}

function command(name, args, { quiet = false } = {}) {
  const { status, stdout, stderr, error } = spawnSync(name, args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return quiet ? '' : stdout.trim().split('\n').at(-1);
}

/** Every file that `exports` names. */
function leaves(exports) {
  return typeof exports === 'string' ? [exports] : Object.values(exports).flatMap(leaves);
}

function indent(text) {
  return text.trim().replace(/^/gm, '        ');
}
