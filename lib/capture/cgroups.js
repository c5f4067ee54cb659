'use strict';

// How much memory the control groups of a process have left.
//
// The kernel enforces a container's limit and counts resident memory against it, whatever V8 takes for
// the limit of its heap. Any level of the hierarchy may have a limit, so all are read, up to the mount
// point. Version 1 and version 2 may be mounted side by side.

const path = require('node:path');

/** Version 1 says "no limit" with the largest multiple of a page. */
const NO_LIMIT = 2 ** 60;

/**
 * @typedef {{ version: 1 | 2, path: string, limit: number, current: number, available: number }} Level
 * @typedef {(file: string) => string} Read Throws when the file cannot be read.
 */

/**
 * The level with the least memory left, or `null` where no level has a limit.
 * @param {Read} read
 * @param {number | 'self'} [pid] Its groups are looked up where this process sees them mounted.
 * @returns {Level | null}
 */
function tightestCgroup(read, pid = 'self') {
  const mounts = memoryMounts(read('/proc/self/mountinfo'));
  const groups = memoryGroups(read(`/proc/${pid}/cgroup`));
  const levels = mounts.flatMap((mount) => levelsOf(mount, groups.get(mount.version), read));
  return levels.reduce((tightest, level) => (tightest && tightest.available <= level.available ? tightest : level), null);
}

/** `id parent major:minor root mountpoint options … - type source superoptions`, a line each. */
function memoryMounts(mountinfo) {
  const mounts = [];
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    if (after === undefined) continue;
    const [, , , root, point] = before.split(' ').map(unescapeOctal);
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') mounts.push({ version: 2, root, point });
    if (type === 'cgroup' && options.split(',').includes('memory')) mounts.push({ version: 1, root, point });
  }
  return mounts;
}

const unescapeOctal = (text) => text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));

/** `hierarchy:controllers:path`, a line each; version 2 is hierarchy 0 and names no controllers. */
function memoryGroups(cgroup) {
  const groups = new Map();
  for (const line of cgroup.split('\n')) {
    const [, hierarchy, controllers, group] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (hierarchy === '0') groups.set(2, group);
    else if (controllers?.split(',').includes('memory')) groups.set(1, group);
  }
  return groups;
}

function levelsOf({ version, root, point }, group, read) {
  if (group === undefined) return [];
  const levels = [];
  for (let folder = folderOf(group, root, point); ; folder = path.posix.dirname(folder)) {
    const level = readLevel(version, folder, read);
    if (level) levels.push(level);
    if (folder === point || folder.length <= point.length) return levels;
  }
}

/** Inside a container the mount shows a part of the hierarchy, and the group may be named from outside. */
function folderOf(group, root, point) {
  const inside = path.posix.relative(root, group);
  return inside.startsWith('..') ? point : path.posix.join(point, inside);
}

function readLevel(version, folder, read) {
  const number = (name) => numberIn(folder, name, read);
  const limit =
    version === 2
      ? // Above `high` a process is not killed but throttled until it stands still.
        Math.min(number('memory.max') ?? Infinity, number('memory.high') ?? Infinity)
      : (number('memory.limit_in_bytes') ?? Infinity);
  if (limit >= NO_LIMIT) return null;
  const current = number(version === 2 ? 'memory.current' : 'memory.usage_in_bytes');
  if (current === undefined) return null;
  const reclaimable = reclaimableIn(folder, version === 2 ? 'inactive_file' : 'total_inactive_file', read);
  return { version, path: folder, limit, current, available: Math.max(0, limit - current + reclaimable) };
}

/** Page cache counts as used, but the kernel drops it on demand. */
function reclaimableIn(folder, name, read) {
  const stat = attempt(() => read(path.posix.join(folder, 'memory.stat'))) ?? '';
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
}

/** `undefined` where there is no such file; Infinity for "max". */
function numberIn(folder, name, read) {
  const text = attempt(() => read(path.posix.join(folder, name)).trim());
  if (text === undefined || text === '') return undefined;
  return text === 'max' ? Infinity : Number(text);
}

function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

module.exports = { tightestCgroup };
