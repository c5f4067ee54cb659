// Runs Node.js for Windows (from npm) under wine, with a separate wine prefix.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeBinary } from '../node-versions.mjs';
import { has, root } from '../setup.mjs';
import { installPythonTools } from './tools.mjs';

/** Debian's package wine64 does not install the command on PATH. */
const WINES = ['wine64', 'wine', '/usr/lib/wine/wine64'];

const windows = path.join(root, '.cache', 'wine');
const system = path.join(windows, 'drive_c/windows/system32');
const environment = { ...process.env, WINEPREFIX: windows, WINEARCH: 'win64', WINEDEBUG: '-all' };

/** A library that Rust's standard library uses for random numbers, in Windows since 7 and in wine since 8.5. */
const RANDOM = 'bcryptprimitives';
const RANDOM_SOURCE = `#include <stddef.h>
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *bytes, unsigned long length);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *bytes, size_t length) { return SystemFunction036(bytes, (unsigned long)length); }
`;

/** Under wine, Node can write to files and terminals, but not to pipes of this system. */
const THROUGH_FILE = 'out=$(mktemp) && "$@" > "$out" 2>&1 < /dev/null; status=$?; cat "$out"; rm "$out"; exit $status';

/** A command line that runs a version of Node for Windows, or the reason why there is none. */
export function windowsNode(major) {
  const wine = WINES.find((name) => has(name, ['--version']));
  if (!wine) return { reason: 'it needs the package wine64' };
  if (!existsSync(path.join(windows, 'made'))) make(wine);
  const command = ['-c', THROUGH_FILE, 'sh', wine, nodeBinary(major, 'win-x64')];
  const { status } = spawnSync('sh', [...command, '-p', '1'], { env: environment });
  if (status !== 0) return { reason: `this wine cannot run Node.js ${major} itself` };
  return { command: 'sh', args: command, env: environment };
}

function make(wine) {
  mkdirSync(windows, { recursive: true });
  const run = (command, ...args) => execFileSync(command, args, { cwd: windows, env: environment, stdio: 'ignore' });
  run(wine, 'reg', 'add', String.raw`HKCU\Software\Wine`, '/v', 'Version', '/d', 'win10', '/f');
  if (!existsSync(path.join(system, `${RANDOM}.dll`))) {
    writeFileSync(path.join(windows, `${RANDOM}.c`), RANDOM_SOURCE);
    const python = path.join(installPythonTools(), 'python');
    run(python, '-m', 'ziglang', 'cc', '-target', 'x86_64-windows-gnu', '-shared', '-o', path.join(system, `${RANDOM}.dll`), `${RANDOM}.c`, '-ladvapi32');
  }
  writeFileSync(path.join(windows, 'made'), '');
}
