// A project with the packages of docs/production.md and heapray, installed into .cache once.

import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { installProject } from './install-project.mjs';
import { root } from './setup.mjs';

/** @returns {string} Its folder. */
export function recipesProject() {
  const folder = path.join(root, '.cache', 'recipes');
  installProject(path.join(root, 'scripts', 'recipes'), folder);
  const heapray = path.join(folder, 'node_modules', 'heapray');
  if (!existsSync(heapray)) symlinkSync(root, heapray, 'junction');
  return folder;
}
