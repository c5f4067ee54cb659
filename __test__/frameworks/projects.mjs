// Projects that use heapray like users: with their own test runners and heapray in `node_modules`.
//
// They are in `.cache/frameworks/`, installed once from their lock files. Only changed files of heapray and of the
// tests are copied, so that the others are never missing while a test runner uses them.

import { cpSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installProject } from '../../scripts/install-project.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));

/** The folder of a project, ready to run. */
export function prepare(name) {
  const folder = path.join(root, '.cache', 'frameworks', name);
  installProject(path.join(here, name), folder);
  copyHeapray(path.join(folder, 'node_modules', 'heapray'));
  mirror(path.join(here, 'suites'), path.join(folder, 'suites'));
  return folder;
}

/** Copies an example into a project; its own dependencies are the project's. */
export function addExample(folder, name) {
  const target = path.join(folder, 'examples', name);
  mirror(path.join(root, 'examples', name), target);
  return target;
}

/** Copies the files that `npm install heapray` would install, with the addon built here. */
function copyHeapray(target) {
  const published = /^(index\.(js|d\.ts)|lib|testing|package\.json)$|\.node$/;
  mirror(root, target, (name) => published.test(name));
}

/** Makes a folder equal to another, or to the wanted files of it. */
function mirror(source, target, isWanted = () => true) {
  const names = readdirSync(source).filter(isWanted);
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) {
    if (!names.includes(name)) rmSync(path.join(target, name), { recursive: true });
  }
  for (const name of names) {
    const [from, to] = [path.join(source, name), path.join(target, name)];
    if (statSync(from).isDirectory()) mirror(from, to);
    else if (!isCopy(from, to)) cpSync(from, to, { preserveTimestamps: true });
  }
}

function isCopy(from, to) {
  const [wanted, found] = [statSync(from), lstatSync(to, { throwIfNoEntry: false })];
  return found?.size === wanted.size && Math.abs(found.mtimeMs - wanted.mtimeMs) < 1;
}
