'use strict';

// What Linux tells of other processes, in /proc. Elsewhere, and of processes of other users, most is `null`.

const fs = require('node:fs');
const path = require('node:path');

const isLinux = process.platform === 'linux';

function attempt(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

const readText = (pid, file) => attempt(() => fs.readFileSync(`/proc/${pid}/${file}`, 'utf8'));
const readLink = (pid, file) => attempt(() => fs.readlinkSync(`/proc/${pid}/${file}`));

const argumentsOf = (pid) => readText(pid, 'cmdline')?.split('\0').slice(0, -1) ?? [];
const exeOf = (pid) => readLink(pid, 'exe')?.replace(/ \(deleted\)$/, '') ?? null;

/** The value of an environment variable the process was started with. */
const variableOf = (pid, name) => readText(pid, 'environ')?.split('\0').find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';

const fieldOf = (pid, name) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readText(pid, 'status') ?? '')?.[1] ?? null;

/** Whether a handler is installed for SIGUSR1, which is number 10; `null` if unknown. */
function catchesUsr1(pid) {
  const mask = fieldOf(pid, 'SigCgt');
  return mask === null ? null : ((BigInt(`0x${mask}`) >> 9n) & 1n) === 1n;
}

/** Whether it was stopped, as by SIGSTOP or Ctrl-Z. */
const isStopped = (pid) => /^[Tt]/.test(fieldOf(pid, 'State') ?? '');

/** What the process itself takes for its id, in a container. */
const ownIdOf = (pid) => Number(fieldOf(pid, 'NSpid')?.split(/\s+/).at(-1) ?? pid);

/** Bytes. */
function rssOf(pid) {
  const kilobytes = Number.parseInt(fieldOf(pid, 'VmRSS') ?? '', 10);
  return Number.isNaN(kilobytes) ? null : kilobytes * 1024;
}

/** Seconds since the process started. */
function uptimeOf(pid) {
  // The name in brackets may have blanks; clock ticks are hundredths of a second on every Linux.
  const startTicks = Number(readText(pid, 'stat')?.replace(/^.*\) /s, '').split(' ')[19]);
  const uptime = Number(attempt(() => fs.readFileSync('/proc/uptime', 'utf8'))?.split(' ')[0]);
  return Number.isNaN(startTicks) || Number.isNaN(uptime) ? null : Math.max(0, uptime - startTicks / 100);
}

/** Whether the process sees the same network as this one. */
function sharesNetwork(pid) {
  const [theirs, ours] = [readLink(pid, 'ns/net'), readLink('self', 'ns/net')];
  return theirs === null || ours === null || theirs === ours;
}

/** @returns {{ host: string, port: number, inode: string }[]} Everything that listens in the network of the process. */
function listeners(pid = 'self') {
  return ['net/tcp', 'net/tcp6'].flatMap((file) => {
    const rows = (readText(pid, file) ?? '').split('\n').slice(1, -1).map((line) => line.trim().split(/\s+/));
    return rows.filter(([, , , state]) => state === '0A').map(([, local, , , , , , , , inode]) => ({ ...addressOf(local), inode }));
  });
}

/** `0100007F:240D` → an address to connect to; words are in the machine's order of bytes. */
function addressOf(local) {
  const [hex, port] = local.split(':');
  const bytes = hex.match(/.{8}/g).flatMap((word) => word.match(/../g).reverse().map((byte) => Number.parseInt(byte, 16)));
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16));
  const host = bytes.length === 4 ? bytes.join('.') : groups.join(':');
  const isAny = bytes.every((byte) => byte === 0);
  if (isAny) return { host: bytes.length === 4 ? '127.0.0.1' : '::1', port: Number.parseInt(port, 16) };
  return { host: host === '0:0:0:0:0:0:0:1' ? '::1' : host, port: Number.parseInt(port, 16) };
}

/** Inodes of the sockets of a process; `null` if they may not be seen. */
function socketsOf(pid) {
  const entries = attempt(() => fs.readdirSync(`/proc/${pid}/fd`));
  return entries && new Set(entries.flatMap((entry) => /^socket:\[(\d+)\]$/.exec(readLink(pid, `fd/${entry}`) ?? '')?.[1] ?? []));
}

/** Where a process listens; `null` if that may not be seen. */
function listenersOf(pid) {
  const sockets = isLinux ? socketsOf(pid) : null;
  return sockets && listeners(pid).filter(({ inode }) => sockets.has(inode));
}

const processIds = () => (attempt(() => fs.readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);

/** Who listens on a port of this machine: `null` if that is unknown or nobody. */
function ownerOf(port, network = 'self') {
  const inodes = listeners(network).filter((listener) => listener.port === port).map(({ inode }) => inode);
  if (inodes.length === 0) return null;
  return processIds().find((pid) => inodes.some((inode) => socketsOf(pid)?.has(inode))) ?? null;
}

/** Whether anybody listens on a port. */
const isTaken = (port, network = 'self') => listeners(network).some((listener) => listener.port === port);

/** How a process is called for people: its script, or its program. */
function titleOf(pid) {
  const [program = '', ...rest] = argumentsOf(pid);
  const script = rest.find((argument) => !argument.startsWith('-'));
  // A program may have given itself another title.
  return [path.isAbsolute(program) ? path.basename(program) : program, script].filter(Boolean).join(' ') || `process ${pid}`;
}

module.exports = { argumentsOf, catchesUsr1, exeOf, isLinux, isStopped, isTaken, listenersOf, ownIdOf, ownerOf, processIds, rssOf, sharesNetwork, titleOf, uptimeOf, variableOf };
