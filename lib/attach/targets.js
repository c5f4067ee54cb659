'use strict';

// TARGET → a session of the one program that is meant.

const { isRunning } = require('../api/is-running.js');
const { connect } = require('./client.js');
const { inUrl, isLoopback, listEntries } = require('./endpoint.js');
const { noTarget, remoteAddress } = require('./errors.js');
const { closeAt, closeInspector, isNode, openInspector } = require('./inspector.js');
const proc = require('./proc.js');
const { nodeWorkers, pageWorkers } = require('./workers.js');

/** Types of entries that are programs of the user. */
const MAIN_TYPES = new Set(['node', 'page']);
const INTERNAL_PAGE = /^(devtools|chrome-extension|chrome):/;

/** Chromium lists workers too, but sessions of their own are never answered. */
const isReachable = ({ type, url, webSocketDebuggerUrl }) => webSocketDebuggerUrl !== undefined && type !== 'worker' && !INTERNAL_PAGE.test(url);

/**
 * @typedef {{ pid: number } | { host: string, port: number, url?: string }} Place
 * @typedef {{ kind: string, id: string, title: string, url: string, open: () => Promise<import('./session.js').Session> }} Candidate
 */

/** @returns {Place} What a TARGET means. A number is a process if there is one of Node.js with that id, otherwise a port. */
function placeOf(target) {
  const text = String(target).trim();
  if (/^\d+$/.test(text)) return placeOfNumber(Number(text));
  const colon = /^:(\d+)$/.exec(text);
  if (colon) return checkPort({ host: '127.0.0.1', port: Number(colon[1]) }, text);
  const url = urlOf(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || !['http:', 'ws:', 'wss:'].includes(url.protocol)) throw noTarget(`'${text}' is no target: give a process id, a port, host:port, or an address that begins with ws:// or http://`);
  const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (url.protocol === 'wss:' ? 443 : 80)) };
  if (url.protocol === 'http:' && !/:\d+/.test(text)) throw noTarget(`'${text}' has no port: the usual ones are 9229 for Node.js and Deno, 9222 for Chromium`);
  return url.protocol === 'http:' || url.pathname.startsWith('/devtools/browser/') ? place : { ...place, url: url.href };
}

function placeOfNumber(number) {
  if (isRunningNode(number)) return { pid: number };
  const port = { host: '127.0.0.1', port: number };
  if (!proc.isLinux) return isRunning(number) ? { pid: number } : checkPort(port, number);
  if (number <= 65_535 && proc.isTaken(number)) return port;
  // Neither: what is wrong with the process is the better answer.
  return isRunning(number) || number > 65_535 ? { pid: number } : port;
}

function isRunningNode(pid) {
  if (!isRunning(pid) || !proc.isLinux) return false;
  return isNode(pid, proc.exeOf(pid)?.split('/').at(-1) ?? '');
}

function checkPort(place, text) {
  if (place.port > 65_535) throw noTarget(`there is no process ${text}, and it is no port`);
  return place;
}

function urlOf(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Inspectors have no password: who can reach one can run code in the program. */
function checkAddress({ host, port }, allowRemote) {
  if (isLoopback(host) || allowRemote) return;
  throw remoteAddress(
    `${inUrl(host)}:${port} is on another machine. Inspectors have neither a password nor encryption: use a tunnel (ssh -L ${port}:127.0.0.1:${port} ${host}, kubectl port-forward) and attach to the port here, or allow it with { allowRemote: true }, --allow-remote`,
  );
}

/**
 * @param {string | number | URL} target
 * @param {{ select?: string, allowRemote?: boolean, signal?: AbortSignal }} options `select`: text in the title, address, kind or id.
 * @returns {Promise<{ session: import('./session.js').Session, main?: import('./session.js').Session, kind: string, title: string, url: string,
 *   place: Place, address: { host: string, port: number }, leave: () => Promise<void> }>} `main`: of the process, where `session` may be
 * of a worker. `leave` closes everything that was opened.
 */
async function openTarget(target, { select: wanted, allowRemote = false, signal }) {
  const place = placeOf(target);
  const { address, hasOpened } = place.pid === undefined ? { address: place, hasOpened: false } : await openInspector(place.pid, signal);
  checkAddress(address, allowRemote);
  let opened;
  const leave = async () => {
    const sessions = new Set(opened ? [opened.session, ...opened.others] : []);
    const main = hasOpened ? opened?.main : undefined;
    for (const session of sessions) if (session !== main) await session.close();
    // Also if no session could be chosen.
    if (hasOpened) await (main && !main.ended ? closeInspector(main) : closeAt(address));
  };
  try {
    opened = place.url === undefined ? await choose(address, wanted, signal) : await openUrl(place, signal);
    return { ...opened, place, address, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function openUrl({ url, host, port }, signal) {
  const entry = await entryOf({ host, port }, url, signal);
  const session = await connect(url, signal);
  return { kind: 'node', title: url, url, ...entry, session, others: [], main: session };
}

async function entryOf(address, url, signal) {
  const entries = await listEntries(address, signal).catch(() => []);
  const path = new URL(url).pathname;
  const entry = entries.find(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl && new URL(webSocketDebuggerUrl).pathname === path);
  return entry && { kind: entry.type, title: entry.title, url: entry.url };
}

/** The program that is meant, of those at an address; sessions that are needed for it are among `others`. */
async function choose(address, wanted, signal) {
  const candidates = (await listEntries(address, signal)).filter(isReachable).map((entry) => candidateOf(entry, signal));
  const others = [];
  try {
    if (wanted !== undefined) candidates.push(...(await workersOf(candidates, others)));
    const chosen = pick(candidates, wanted, address);
    const session = await chosen.open();
    return { ...chosen, session, others, main: chosen.kind === 'node' ? session : others[0] };
  } catch (error) {
    for (const session of others) await session.close();
    throw error;
  }
}

function candidateOf({ id, type, title, url, webSocketDebuggerUrl }, signal) {
  let session;
  const open = () => (session ??= connect(webSocketDebuggerUrl, signal));
  return { kind: type, id, title: title || url, url, open };
}

/** What asks a program of a kind for its workers. */
const WORKERS_OF = { node: nodeWorkers, page: pageWorkers, iframe: pageWorkers };

/** Workers; sessions of programs that may have some stay open. */
async function workersOf(candidates, others) {
  const workers = [];
  for (const { kind, open } of candidates) {
    const { [kind]: ask } = WORKERS_OF;
    if (ask === undefined) continue;
    const parent = await open();
    others.push(parent);
    for (const { id, title, url, session } of await ask(parent)) workers.push({ kind: 'worker', id, title: title || url, url, open: async () => session });
  }
  return workers;
}

function pick(candidates, wanted, address) {
  const where = `${inUrl(address.host)}:${address.port}`;
  if (wanted === undefined) {
    const main = candidates.filter(({ kind }) => MAIN_TYPES.has(kind));
    if (main.length === 1) return main[0];
    if (main.length === 0) throw noTarget(`nothing runs at ${where} that can be attached to${listed(candidates)}`);
    throw noTarget(`${main.length} programs can be attached to at ${where}: choose one by { select }, --target TEXT, with text of its title or address${listed(candidates)}`);
  }
  const found = matching(candidates, wanted);
  if (found.length === 1) return found[0];
  if (found.length === 0) throw noTarget(`nothing at ${where} has '${wanted}' in its title, address, kind or id${listed(candidates)}`);
  throw noTarget(`${found.length} programs at ${where} have '${wanted}' in their title, address, kind or id${listed(found)}`);
}

function matching(candidates, wanted) {
  const fields = ({ id, title, url, kind }) => [id, title, url, kind].map((field) => String(field).toLowerCase());
  const text = wanted.toLowerCase();
  const exact = candidates.filter((each) => fields(each).includes(text));
  return exact.length > 0 ? exact : candidates.filter((each) => fields(each).some((field) => field.includes(text)));
}

const listed = (candidates) => (candidates.length === 0 ? '' : `: ${candidates.map(({ kind, id, title, url }) => `${kind} '${title}'${url && url !== title ? ` (${url})` : ''}${id === title ? '' : ` ${id}`}`).join('; ')}`);

module.exports = { candidateOf, isReachable, openTarget, workersOf };
