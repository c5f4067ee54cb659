'use strict';

// The id of a Node.js process → the address of its inspector, which a signal opens if it is closed.
//
// SIGUSR1 ends every process that does not catch it, so it is sent only to one that is Node.js and does.

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { connect } = require('./client.js');
const { listEntries } = require('./endpoint.js');
const { isOneself, noTarget, oneself } = require('./errors.js');
const { evaluate } = require('./evaluate.js');
const proc = require('./proc.js');

const DEFAULT_PORT = 9229;
/** Within this time an inspector opens, unless the process is stopped. */
const OPEN_MS = 5000;
/** Another program may be about to leave the port. */
const WAIT_FOR_PORT_MS = 5000;
/** Closing waits for the event loop of the program. */
const CLOSE_MS = 15_000;
const LOOK_MS = 50;

/** A function that programs which embed Node.js export. */
const NODES_SYMBOL = '_ZN4node5StartEiPPc';
const NODES_NAMES = /^(node|nodejs|node\d+|electron)(\.exe)?$/i;

/** Runtimes that SIGUSR1 would end. */
const OTHERS = {
  deno: 'Deno opens its inspector only at the start: run it with --inspect and attach to the port',
  bun: 'Bun runs on JavaScriptCore, whose heap heapray does not read',
};

/**
 * @returns {Promise<{ address: { host: string, port: number }, hasOpened: boolean }>} `hasOpened`: it was closed before.
 */
async function openInspector(pid, signal) {
  if (isOneself(pid)) throw oneself();
  checkExists(pid);
  if (proc.isStopped(pid)) throw noTarget(`process ${pid} is stopped, by SIGSTOP or Ctrl-Z: let it go on first (kill -CONT ${pid})`);
  const open = await findOpen(pid, signal);
  if (open) return { address: open, hasOpened: false };
  checkMaySignal(pid);
  const { port } = configured(pid);
  await waitForPort(pid, port, signal);
  const before = proc.listenersOf(pid) ?? [];
  signal?.throwIfAborted();
  sendSignal(pid);
  const address = await waitUntilOpen(pid, port, before);
  if (signal?.aborted) {
    await closeAt(address);
    throw signal.reason;
  }
  return { address, hasOpened: true };
}

function checkExists(pid) {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (cause.code === 'EPERM') throw noTarget(`process ${pid} belongs to another user: run heapray as that user or as root`, { cause });
    throw noTarget(`there is no process ${pid}`, { cause });
  }
}

/** The port of `--inspect-port` or `--inspect`, and whether the inspector is open from the start. */
function configured(pid) {
  const options = `${proc.variableOf(pid, 'NODE_OPTIONS')} ${proc.argumentsOf(pid).join(' ')}`;
  const [flag, , , port] = Array.from(options.matchAll(/--(inspect(?:-brk|-wait|-port)?|debug-port)(?:[= ](?:(\S*):)?(\d+)\b)?/g)).findLast(([, , , digits]) => digits !== undefined) ?? [];
  return { port: flag === undefined ? DEFAULT_PORT : Number(port), isOpen: /--inspect(?!-port)/.test(options) };
}

/** The address of an inspector that is open already. */
async function findOpen(pid, signal) {
  const { port, isOpen } = configured(pid);
  const own = proc.listenersOf(pid);
  // Where nobody tells who listens, evaluating `process.pid` will.
  if (own === null) return proc.isLinux ? null : findByPid(pid, port, signal);
  checkNetwork(pid, own);
  const likely = own.filter((listener) => listener.port === port);
  return firstInspector(likely.length === 0 && isOpen ? own : likely, signal);
}

async function firstInspector(addresses, signal) {
  for (const { host, port } of addresses) {
    const entries = await listEntries({ host, port }, signal).catch(() => []);
    if (entries.some(({ type }) => type === 'node')) return { host, port };
  }
  return null;
}

async function findByPid(pid, port, signal) {
  const address = { host: '127.0.0.1', port };
  const [entry] = await listEntries(address, signal).catch(() => []);
  if (entry?.webSocketDebuggerUrl === undefined) return null;
  const session = await connect(entry.webSocketDebuggerUrl, signal);
  try {
    return (await evaluate(session, 'process.pid')) === pid ? address : null;
  } finally {
    await session.close();
  }
}

/** From another network its port cannot be reached. */
function checkNetwork(pid) {
  if (proc.sharesNetwork(pid)) return;
  throw noTarget(
    `process ${pid} is in a network of its own, a container's: run heapray inside it (kubectl exec, docker exec), or as root: nsenter --net=/proc/${pid}/ns/net heapray attach ${pid}`,
  );
}

function checkMaySignal(pid) {
  if (process.platform === 'win32') return;
  const exe = exeOf(pid);
  const name = path.basename(exe ?? proc.argumentsOf(pid)[0] ?? '');
  const { [name]: reason = null } = OTHERS;
  if (reason) throw noTarget(`process ${pid} is ${name}: ${reason}`);
  if (!isNode(pid, name)) throw noTarget(`process ${pid} (${name || 'unknown'}) is not Node.js, and SIGUSR1 might end it; if it has an inspector, give its port`);
  if (proc.catchesUsr1(pid) === false) {
    throw noTarget(`process ${pid} opens no inspector at SIGUSR1, which would end it (--disable-sigusr1, or another process of Electron): start it with --inspect=127.0.0.1:0 and attach again`);
  }
}

/** On macOS the path comes from `ps`. */
function exeOf(pid) {
  if (proc.isLinux) return proc.exeOf(pid);
  const { spawnSync } = require('node:child_process');
  return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || null;
}

function isNode(pid, name) {
  if (NODES_NAMES.test(name)) return true;
  return contains(proc.isLinux ? `/proc/${pid}/exe` : exeOf(pid), NODES_SYMBOL);
}

/** Whether its program is called like one that is Node.js. */
const hasNodesName = (pid) => NODES_NAMES.test(path.basename(exeOf(pid) ?? ''));

function contains(file, text) {
  let descriptor;
  try {
    descriptor = fs.openSync(file, 'r');
    const block = Buffer.alloc(4 << 20);
    for (let at = 0, read; (read = fs.readSync(descriptor, block, 0, block.length, at)) > text.length; at += read - text.length) {
      if (block.subarray(0, read).includes(text)) return true;
    }
  } catch {
    // Not readable: it counts as something else.
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
  return false;
}

/** Node.js cannot choose another port later, so a taken one must become free. */
async function waitForPort(pid, port, signal) {
  if (port === 0 || !proc.isLinux) return;
  for (const until = Date.now() + WAIT_FOR_PORT_MS; proc.isTaken(port, pid); await sleep(LOOK_MS, undefined, { signal })) {
    if (Date.now() > until) throw takenError(pid, port);
  }
}

function takenError(pid, port) {
  const owner = proc.ownerOf(port, pid);
  if (owner === pid) return noTarget(`the inspector of process ${pid} is open at port ${port}, but does not answer: its loopback interface may be down, or the process gets no processor time`);
  const by = owner === null ? 'another program' : `process ${owner} (${proc.titleOf(owner)})`;
  return noTarget(
    `the inspector of process ${pid} can open at port ${port} only, which ${by} has: end that (heapray closes the inspectors it has opened), or start the process with --inspect-port=0`,
  );
}

function sendSignal(pid) {
  try {
    // Starts a thread in the process on Windows, sends SIGUSR1 elsewhere.
    process._debugProcess(pid);
  } catch (cause) {
    throw noTarget(`process ${pid} cannot be made to open its inspector: ${cause.message}`, { cause });
  }
}

/** Not to be interrupted: what is opened has to be closed. */
async function waitUntilOpen(pid, port, before) {
  const isOld = ({ inode }) => before.some((listener) => listener.inode === inode);
  for (const until = Date.now() + OPEN_MS; Date.now() < until; await sleep(LOOK_MS)) {
    const own = proc.listenersOf(pid) ?? [{ host: '127.0.0.1', port, inode: null }];
    const found = await firstInspector(own.filter((listener) => !isOld(listener) && (port === 0 || listener.port === port)));
    if (found) return found;
    checkExists(pid);
  }
  // The program may have opened it by itself, anywhere.
  const elsewhere = await firstInspector(proc.listenersOf(pid) ?? []);
  if (elsewhere) return elsewhere;
  if (proc.isLinux && proc.isTaken(port, pid)) throw takenError(pid, port);
  throw noTarget(
    `process ${pid} has opened no inspector within ${OPEN_MS / 1000} s of SIGUSR1: it listens to SIGUSR1 itself, or gets no processor time. Start it with --inspect=127.0.0.1:0 and attach again`,
  );
}

/** Within a command it would wait for its own answer. `require` is there only while the expression runs. */
const CLOSE = `(() => {
  const load = process.getBuiltinModule ?? require;
  const inspector = load('inspector');
  load('timers').setTimeout(() => inspector.close(), 0);
  return true;
})()`;

/**
 * Closes the inspector from within, which ends the session. A client that leaves at the same moment makes Node.js 20 crash, so
 * this one waits. Resolves when it is closed, or does not close.
 */
async function closeInspector(session) {
  try {
    await evaluate(session, CLOSE);
  } catch {
    return session.close();
  }
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  await Promise.race([late, session.ended ?? new Promise((resolve) => session.once('end', resolve))]);
  clearTimeout(timer);
  await session.close();
}

/** The same without a session. */
async function closeAt(address) {
  const session = await listEntries(address).then(([entry]) => connect(entry.webSocketDebuggerUrl)).catch(() => null);
  if (session) await closeInspector(session);
}

module.exports = { closeAt, closeInspector, configured, hasNodesName, isNode, openInspector };
