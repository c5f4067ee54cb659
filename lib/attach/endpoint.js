'use strict';

// The addresses at which inspectors and browsers list what can be debugged.

const http = require('node:http');
const { noTarget } = require('./errors.js');

const ANSWER_MS = 5000;
const MAX_ANSWER_BYTES = 16 << 20;

/** @typedef {{ id: string, type: string, title: string, url: string, webSocketDebuggerUrl?: string }} Entry */

const inUrl = (host) => (host.includes(':') ? `[${host}]` : host);

/**
 * @param {{ host: string, port: number }} address
 * @returns {Promise<Entry[]>} Rejects with `ERR_NO_TARGET` if no inspector answers there.
 */
async function listEntries({ host, port }, signal) {
  const where = `${inUrl(host)}:${port}`;
  let entries;
  try {
    entries = JSON.parse(await get(`http://${where}/json/list`, signal));
  } catch (cause) {
    signal?.throwIfAborted();
    throw noTarget(`no inspector answers at ${where}: ${reasonOf(cause)}. Give the port that --inspect or --remote-debugging-port has printed, or the id of a process`, { cause });
  }
  if (!Array.isArray(entries)) throw noTarget(`no inspector answers at ${where}: what listens there is something else`);
  return entries.map((entry) => ({ ...entry, webSocketDebuggerUrl: reachable(entry.webSocketDebuggerUrl, where) }));
}

/** Through a tunnel or under another name the address is the one that was given. */
function reachable(url, where) {
  if (typeof url !== 'string') return undefined;
  return url.replace(/^ws:\/\/[^/]*/, `ws://${where}`);
}

function reasonOf(error) {
  if (error.code === 'ECONNREFUSED') return 'nothing listens there';
  return error instanceof SyntaxError ? 'what listens there is something else' : error.message || error.code;
}

function get(url, signal) {
  return new Promise((resolve, reject) => {
    // Inspectors refuse names of hosts, which pages could use, but not addresses.
    const request = http.get(url, { signal, timeout: ANSWER_MS, headers: { host: 'localhost', connection: 'close' } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) request.destroy(new SyntaxError('too long'));
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer for ${ANSWER_MS / 1000} s; the process may be stopped`)));
    request.on('error', reject);
  });
}

/** Whether this machine alone can answer at an address. */
const isLoopback = (host) => /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i.test(host);

module.exports = { inUrl, isLoopback, listEntries };
