// Packs the packages as npm publishes them.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';
import { addonFile, platforms } from './platforms.mjs';

const shell = process.platform === 'win32';

/** What the licences of crates in an addon ask to go with it. */
const NOTICES = 'THIRD-PARTY-NOTICES.md';

/** Platforms whose addon lies under npm/. */
export const builtPlatforms = () => Object.keys(platforms).filter((name) => existsSync(addonFile(name)));

/**
 * Packs a package into a folder.
 * @returns {{ name: string, file: string, bytes: number, files: string[] }}
 */
export function pack(folder, destination) {
  if (folder !== '.') copyFileSync(path.join(root, NOTICES), path.join(root, folder, NOTICES));
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', destination];
  const printed = JSON.parse(execFileSync('npm', args, { cwd: path.join(root, folder), encoding: 'utf8', shell }));
  // npm 12 names the packages; earlier ones list them.
  const [{ name, filename, size, files }] = Object.values(printed);
  return { name, file: path.join(destination, path.basename(filename)), bytes: size, files: files.map((file) => file.path) };
}

/** Packs the main package and those of the built platforms into `.cache/packed`. */
export function packAll() {
  const destination = path.join(root, '.cache', 'packed');
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  return ['.', ...builtPlatforms().map((name) => `npm/${name}`)].map((folder) => pack(folder, destination));
}

export const manifest = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
