// Installs npm packages from a lock file into folders in .cache, once.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Copies the folder `source` with its package.json and package-lock.json, and installs if the lock file has changed. */
export function installProject(source, folder) {
  const lock = readFileSync(path.join(source, 'package-lock.json'), 'utf8');
  const installed = path.join(folder, 'installed-lock.json');
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(source)) cpSync(path.join(source, file), path.join(folder, file), { recursive: true });
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  process.stderr.write(`installing ${path.basename(folder)}\n`);
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ci in ${folder}: ${stderr}`);
  writeFileSync(installed, lock);
}
