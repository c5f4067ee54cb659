'use strict';

// How much memory the process may still use, under every limit that applies to it.

const { readFileSync } = require('node:fs');
const os = require('node:os');
const { tightestCgroup } = require('./cgroups.js');

const readText = (file) => readFileSync(file, 'utf8');

/**
 * @typedef {{ by: 'cgroup' | 'address space' | 'system' | 'constrained', limit: number, current: number, available: number }} Limit
 * @typedef {{ rss: number, cgroup: object | null, limits: Limit[], unreadable: string[] }} MemoryState
 */

/**
 * Limits the kernel would enforce, tightest first.
 * @param {import('./cgroups.js').Read} [read] For tests of hierarchies this machine does not have.
 * @returns {MemoryState}
 */
function memoryState(read = readText) {
  const rss = process.memoryUsage.rss();
  const unreadable = [];
  const ask = (what, question) => {
    try {
      return question();
    } catch (error) {
      // Not Linux, or reading is not permitted: the other sources below remain, and the caller is told.
      if (error.code !== 'ENOENT') unreadable.push(`${what}: ${error.message}`);
      return null;
    }
  };
  const cgroup = ask('cgroup', () => tightestCgroup(read));
  const limits = [
    cgroup && { by: 'cgroup', limit: cgroup.limit, current: cgroup.current, available: cgroup.available },
    ask('address space', () => addressSpace(read)),
    // The same as the control group, but only of its lowest level.
    cgroup ? null : constrained(rss),
    system(),
  ];
  return { rss, cgroup, limits: limits.filter(Boolean).sort((a, b) => a.available - b.available), unreadable };
}

/** `ulimit -v`: what is mapped counts, used or not. */
function addressSpace(read) {
  const limit = Number(/^Max address space\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1]);
  if (!Number.isFinite(limit)) return null;
  const current = Number(/^VmSize:\s+(\d+)/m.exec(read('/proc/self/status'))?.[1]) * 1024;
  return { by: 'address space', limit, current, available: Math.max(0, limit - current) };
}

/** libuv's own look at the process's limits: needs no permission to read files, and knows other systems'. */
function constrained(rss) {
  const limit = process.constrainedMemory?.() ?? 0;
  // "No limit" comes as 0, as the largest number there is, or as more than the machine has.
  if (limit === 0 || limit >= os.totalmem()) return null;
  const available = process.availableMemory?.() ?? limit - rss;
  return { by: 'constrained', limit, current: rss, available: Math.max(0, Math.min(available, limit - rss)) };
}

/** On macOS what is free says nothing: the system keeps memory full and compresses. */
function system() {
  if (process.platform === 'darwin') return null;
  const [limit, available] = [os.totalmem(), os.freemem()];
  return { by: 'system', limit, current: limit - available, available };
}

module.exports = { memoryState };
