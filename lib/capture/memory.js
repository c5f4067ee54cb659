'use strict';

// How much memory a process may still use, under every limit that applies to it.

const { readFileSync } = require('node:fs');
const os = require('node:os');
const { tightestCgroup } = require('./cgroups.js');

const readText = (file) => readFileSync(file, 'utf8');

/**
 * @typedef {{ by: 'cgroup' | 'address space' | 'system' | 'constrained', limit: number, current: number, available: number }} Limit
 * @typedef {{ rss: number, cgroup: object | null, limits: Limit[], unreadable: string[] }} MemoryState
 */

/**
 * Figures of a process: `constrained` and `available` are libuv's.
 * @typedef {{ pid: number | 'self' | null, rss: number, constrained: number, available: number | null, totalmem: number | null, freemem: number | null }} Subject
 */

const thisProcess = () => ({
  pid: 'self',
  rss: process.memoryUsage.rss(),
  constrained: process.constrainedMemory?.() ?? 0,
  available: process.availableMemory?.() ?? null,
  totalmem: os.totalmem(),
  freemem: os.freemem(),
});

/**
 * Limits the kernel would enforce, tightest first.
 * @param {import('./cgroups.js').Read} [read] For tests of hierarchies this machine does not have.
 * @param {Subject} [subject]
 * @returns {MemoryState}
 */
function memoryState(read = readText, subject = thisProcess()) {
  const { pid, rss } = subject;
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
  const cgroup = ask('cgroup', () => tightestCgroup(read, pid));
  const limits = [
    cgroup && { by: 'cgroup', limit: cgroup.limit, current: cgroup.current, available: cgroup.available },
    ask('address space', () => addressSpace(read, pid)),
    // The same as the control group, but only of its lowest level.
    cgroup ? null : constrained(subject),
    system(subject),
  ];
  return { rss, cgroup, limits: limits.filter(Boolean).sort((a, b) => a.available - b.available), unreadable };
}

/** `ulimit -v`: what is mapped counts, used or not. */
function addressSpace(read, pid) {
  const limit = Number(/^Max address space\s+(\d+)/m.exec(read(`/proc/${pid}/limits`))?.[1]);
  if (!Number.isFinite(limit)) return null;
  const current = Number(/^VmSize:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]) * 1024;
  return { by: 'address space', limit, current, available: Math.max(0, limit - current) };
}

/** libuv's own look at the process's limits: needs no permission to read files, and knows other systems'. */
function constrained({ rss, constrained: limit, available, totalmem }) {
  // "No limit" comes as 0, as the largest number there is, or as more than the machine has.
  if (limit === 0 || limit >= (totalmem ?? Infinity)) return null;
  return { by: 'constrained', limit, current: rss, available: Math.max(0, Math.min(available ?? limit - rss, limit - rss)) };
}

/** On macOS what is free says nothing: the system keeps memory full and compresses. */
function system({ totalmem: limit, freemem: available }) {
  if (process.platform === 'darwin' || limit === null || available === null) return null;
  return { by: 'system', limit, current: limit - available, available };
}

module.exports = { memoryState };
