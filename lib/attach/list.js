'use strict';

// What can be attached to on this machine: Node.js processes, programs with an open inspector, pages, and their workers.

const { isLoopback, listEntries } = require('./endpoint.js');
const { evaluate } = require('./evaluate.js');
const { heapUsed } = require('./facts.js');
const { configured, hasNodesName } = require('./inspector.js');
const proc = require('./proc.js');
const { isReachable, candidateOf, workersOf } = require('./targets.js');

/** The usual ports of inspectors and of browsers: behind a tunnel they belong to no program of this machine. */
const USUAL_PORTS = [9229, 9222];
/** A program that does not answer within this time is listed without details. */
const ANSWER_MS = 2000;

/**
 * @typedef {{ kind: string, target: string, select: string | null, title: string, memory: number | null, heapUsed: number | null, uptime: number | null }} Row
 * `target` and `select` are what `attach` needs; `memory` is resident, of the process; sizes in bytes, `uptime` in seconds.
 * @returns {Promise<Row[]>}
 */
async function listTargets() {
  const processes = proc.processIds().filter((pid) => pid !== process.pid && mayBeTarget(pid));
  const byPort = new Map();
  for (const pid of processes) for (const port of portsOf(pid)) byPort.set(port, pid);
  for (const port of USUAL_PORTS) if (!byPort.has(port) && (!proc.isLinux || proc.isTaken(port))) byPort.set(port, null);
  const rows = await Promise.all(Array.from(byPort, ([port, pid]) => rowsAt(port, pid)));
  const open = new Set(rows.flat().map(({ pid }) => pid));
  const closed = processes.filter((pid) => !open.has(pid) && hasNodesName(pid) && proc.catchesUsr1(pid)).map(rowOfProcess);
  return [...closed, ...rows.flat().map(({ pid, ...row }) => row)];
}

/** Programs whose inspector is closed can only be known by their name. */
const mayBeTarget = (pid) => hasNodesName(pid) || configured(pid).isOpen || debuggingPort(pid) !== null;

/** Of a browser, and of nothing that it has started. */
function debuggingPort(pid) {
  const options = proc.argumentsOf(pid).join(' ');
  const port = /--remote-debugging-port=(\d+)/.exec(options)?.[1];
  return port === undefined || / --type=/.test(options) ? null : Number(port);
}

/** Where a process may have an inspector. */
function portsOf(pid) {
  const own = (proc.listenersOf(pid) ?? []).filter(({ host }) => isLoopback(host)).map(({ port }) => port);
  const { port, isOpen } = configured(pid);
  const wanted = debuggingPort(pid);
  return own.filter((each) => each === port || each === wanted || (port === 0 && isOpen) || wanted === 0);
}

function rowOfProcess(pid) {
  return { kind: 'node', target: String(pid), select: null, title: proc.titleOf(pid), memory: proc.rssOf(pid), heapUsed: null, uptime: proc.uptimeOf(pid) };
}

async function rowsAt(port, pid) {
  const entries = await listEntries({ host: '127.0.0.1', port }).catch(() => []);
  const candidates = entries.filter(isReachable).map((entry) => candidateOf(entry));
  const sessions = [];
  try {
    const workers = (await withinTime(workersOf(candidates, sessions))) ?? [];
    const all = [...candidates, ...workers];
    return await Promise.all(all.map((candidate) => rowOf(candidate, { port, pid, isOnly: all.length === 1 })));
  } catch {
    return [];
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function rowOf({ kind, id, title, open }, { port, pid, isOnly }) {
  const details = kind === 'node' && pid !== null ? { memory: proc.rssOf(pid), heapUsed: null, uptime: proc.uptimeOf(pid) } : await withinTime(askedFor(open));
  const byId = pid !== null && hasNodesName(pid);
  const isMain = isOnly || (kind === 'node' && byId);
  return { pid, kind, target: String(byId ? pid : port), select: isMain ? null : id, title, ...(details ?? { memory: null, heapUsed: null, uptime: null }) };
}

async function askedFor(open) {
  const session = await open();
  return { memory: null, heapUsed: await heapUsed(session), uptime: (await evaluate(session, 'performance.now()')) / 1000 };
}

/** `null` for what takes too long or fails. */
async function withinTime(work) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, null);
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { listTargets };
