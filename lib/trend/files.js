'use strict';

// Files and folders → snapshots and saved reports, each with the pod that it is of.

const fs = require('node:fs');
const path = require('node:path');
const { isWithin } = require('../api/is-within.js');

const SNAPSHOT = /\.heap(?:snapshot|timeline)(?:\.(?:gz|zst|br))?$/i;
const REPORT = /\.json$/i;
/** As `heapray/auto` names files: reports of a process belong together. */
const OF_PROCESS = /^(heapray-\d+)-\d{4}-\d{2}-\d{2}T/;

const byName = new Intl.Collator('en', { numeric: true });

/**
 * @typedef {object} Entry
 * @property {string} file
 * @property {string} name without the folder that has all that was given
 * @property {string} pod
 * @property {'snapshot' | 'report'} kind
 * @property {object} [report]
 */

/**
 * Folders with what is in them, by name, so that names with times or numbers are in order; files as they are given. Where
 * several are given, names begin below the folder that has all of them.
 * @returns {Entry[]}
 */
function entriesOf(given) {
  const folders = given.map((each) => path.resolve(isFolder(each) ? each : path.dirname(each)));
  const common = commonFolder(folders);
  return given.flatMap((each, i) => {
    const below = path.relative(common, folders[i]);
    return isFolder(each) ? inFolder(each, below) : [entryOf(each, path.join(below, path.basename(each)), true)];
  });
}

const isFolder = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;

function commonFolder(folders) {
  let [common] = folders;
  while (!folders.every((folder) => isWithin(common, folder)) && common !== path.dirname(common)) common = path.dirname(common);
  return common;
}

function inFolder(folder, below) {
  const names = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((each) => (each.isFile() ? [path.relative(folder, path.join(each.parentPath ?? each.path, each.name))] : []));
  const known = names.filter((name) => SNAPSHOT.test(name) || REPORT.test(name)).sort(byName.compare);
  return known.map((name) => entryOf(path.join(folder, name), path.join(below, name), false)).filter((entry) => entry !== undefined);
}

/** In folders there may be other JSON. */
function entryOf(file, name, isGiven) {
  if (!REPORT.test(name)) return { file, name, pod: podOf(name, 'snapshot'), kind: 'snapshot' };
  const report = readReport(file, isGiven);
  return report && { file, name, pod: podOf(name, 'report'), kind: 'report', report };
}

/** Its folder, or its process; other reports are each of a pod of their own, and snapshots of one. */
function podOf(name, kind) {
  const folder = path.dirname(name);
  const [, process] = OF_PROCESS.exec(path.basename(name)) ?? [];
  const parts = [...(folder === '.' ? [] : [folder.split(path.sep).join('/')]), ...(process === undefined ? [] : [process])];
  return parts.length === 0 ? (kind === 'report' ? name : '') : parts.join('/');
}

function readReport(file, isGiven) {
  try {
    const report = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (report?.kind === 'report' && Array.isArray(report.suspects) && Number.isFinite(report.totals?.size)) return report;
    if (isGiven) throw new TypeError('this is no report that was saved with --format json');
  } catch (error) {
    if (isGiven) throw Object.assign(new Error(error.message, { cause: error }), { file });
  }
  return undefined;
}

module.exports = { entriesOf };
