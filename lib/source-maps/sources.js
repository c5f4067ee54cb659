'use strict';

/** Names of sources in a map → paths. */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

/** Folders above a map in which a bundler may have run. */
const MAX_LEVELS = 12;

/** `webpack://app/./src/a.ts?1f2e`, `turbopack:///[project]/src/a.ts`: the path is relative to where the bundler ran. */
const BUNDLER_URL = /^(?:webpack(?:-internal)?|turbopack|rspack|parcel|vite|metro|ng):\/\/(?:[^/]*)\/(.*)$/i;
const PROJECT = /^(?:\([\w-]+\)\/)?(?:\.\/+|\[project\]\/+)+/;
const OTHER_URL = /^[a-z][a-z\d+.-]+:\/\//i;

/**
 * @param {string} source as the map names it
 * @param {string | undefined} root the map's `sourceRoot`
 * @param {string | undefined} map the file of the map
 * @returns an absolute path where there is one; otherwise the path within the project, or the URL
 */
function originalPath(source, root, map) {
  const whole = joined(root, source);
  const bundled = BUNDLER_URL.exec(whole);
  if (bundled !== null) return fromBundler(bundled[1].replace(/\?[\w-]*$/, ''), map);
  if (/^file:/i.test(whole)) return localPath(whole) ?? whole;
  if (OTHER_URL.test(whole) || map === undefined) return whole;
  const file = path.resolve(path.dirname(map), whole);
  // Some tools write paths as they were given, relative to where they ran.
  return isFile(file) || path.isAbsolute(whole) ? file : (fileAbove(map, path.normalize(whole)) ?? file);
}

function joined(root, source) {
  if (root === undefined || root === '' || OTHER_URL.test(source) || path.isAbsolute(source)) return source;
  return `${root.replace(/\/$/, '')}/${source}`;
}

function fromBundler(rest, map) {
  const within = rest.replace(PROJECT, '');
  if (path.isAbsolute(within) || map === undefined) return within;
  return fileAbove(map, within) ?? within;
}

/** The file of this path in a folder around a map. */
function fileAbove(map, within) {
  let folder = path.dirname(map);
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const file = path.join(folder, within);
    if (isFile(file)) return file;
    if (path.dirname(folder) === folder) break;
    folder = path.dirname(folder);
  }
  return undefined;
}

/** The path of a script on this machine: of an absolute path or a `file:` URL. */
function localPath(name) {
  if (/^file:/i.test(name)) {
    try {
      const url = new URL(name);
      // Another host is a network share on Windows.
      return url.host === '' ? fileURLToPath(url) : undefined;
    } catch {
      return undefined;
    }
  }
  return path.isAbsolute(name) && !/^[\\/]{2}/.test(name) ? name : undefined;
}

function isFile(file) {
  return statOf(file)?.isFile() ?? false;
}

/** `undefined` for what is not there, or cannot be a path. */
function statOf(file) {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const SOURCE_FILE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|coffee|elm|res|re|ml|mdx?|html?)$/i;
/** A source file written by hand is smaller. */
const MAX_SOURCE = 16 * 2 ** 20;

/**
 * The text of a source file. Snapshots and maps may name any file: only what looks like source code is read.
 * @returns {string | undefined}
 */
function readSource(file) {
  if (!path.isAbsolute(file) || !SOURCE_FILE.test(file)) return undefined;
  const stat = statOf(file);
  if (!stat?.isFile() || stat.size > MAX_SOURCE) return undefined;
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

module.exports = { localPath, originalPath, readSource, statOf };
