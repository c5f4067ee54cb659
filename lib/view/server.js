'use strict';

// Serves the page and the addon to this machine only, and only to those who know its address.
//
// It listens on 127.0.0.1. The address has a random token, unknown to other pages and users. The Host header must be its
// own, which prevents DNS rebinding. There are no CORS headers, so other origins can read nothing.

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const { pipeline } = require('node:stream/promises');
const { EXAMPLE_NAMES, exampleSnapshots } = require('./example.js');
const { builtFiles, pageFor, TYPES } = require('./pages.js');

/** The most bytes of a question, which has a few lines. */
const LONGEST_REQUEST = 1_000_000;

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // These three headers make the page cross-origin isolated.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/**
 * @param {import('../protocol/native.js').NativeEngine} engine
 * @param {{ port?: number, start?: object }} [options] port 0, the default, is any free one; `start` is the page's start data
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
async function serve(engine, { port = 0, start = { engine: 'http' } } = {}) {
  const token = crypto.randomBytes(24).toString('base64url');
  const site = { engine, token, host: '', page: pageFor(start), files: builtFiles() };
  const server = http.createServer((request, response) => {
    answer(site, request, response).catch((error) => {
      if (response.headersSent) response.destroy(error);
      else refuse(response, 500, 'internal error');
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  site.host = `127.0.0.1:${server.address().port}`;
  return {
    url: `http://${site.host}/${token}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(site, request, response) {
  if (request.headers.host !== site.host) return refuse(response, 421, 'requests must be addressed to this server');
  const { pathname, searchParams } = new URL(request.url, `http://${site.host}`);
  const [, token, ...rest] = pathname.split('/');
  const name = rest.join('/');
  if (!isSame(token ?? '', site.token)) return refuse(response, 404, 'not found');

  if (request.method === 'GET' || request.method === 'HEAD') return sendFile(site, name, request, response);
  if (request.method !== 'POST') return refuse(response, 405, 'only GET and POST');
  if (!isFromOurPage(request, site.host)) return refuse(response, 403, 'requests must come from the page itself');
  if (name === 'ask') return ask(site.engine, request, response);
  if (name === 'open') return open(site.engine, request, response, searchParams.get('name') ?? 'snapshot');
  return refuse(response, 404, 'not found');
}

/** Compares in constant time. */
function isSame(a, b) {
  const digest = (text) => crypto.createHash('sha256').update(text).digest();
  return crypto.timingSafeEqual(digest(a), digest(b));
}

/** Browsers send the origin of a request; programs that know the token need not. */
function isFromOurPage({ headers }, host) {
  return headers.origin === undefined || headers.origin === `http://${host}`;
}

async function sendFile(site, name, request, response) {
  if (name === '') {
    response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES['.html'] });
    return response.end(request.method === 'HEAD' ? undefined : site.page);
  }
  const known = site.files.get(name);
  if (known === undefined) return sendExample(site, name, request, response);
  response.writeHead(200, { ...HEADERS, 'Content-Type': known.type });
  if (request.method === 'HEAD') return response.end();
  return pipeline(fs.createReadStream(known.file), response);
}

/** The package does not contain the example's snapshots: they are taken on demand. */
async function sendExample(site, name, request, response) {
  const wanted = EXAMPLE_NAMES.find((each) => name === `example/${each}`);
  if (wanted === undefined) return refuse(response, 404, 'not found');
  const headers = { ...HEADERS, 'Content-Type': TYPES['.gz'] };
  if (request.method === 'HEAD') return response.writeHead(200, headers).end();
  site.example ??= exampleSnapshots().catch((error) => {
    site.example = undefined;
    throw error;
  });
  const snapshots = await site.example;
  response.writeHead(200, headers).end(snapshots.get(wanted));
}

async function ask(engine, request, response) {
  const text = await readText(request);
  if (text === null) return refuse(response, 413, 'the request is too long');
  sendJson(response, await engine.respond(text, { signal: whileOpen(response) }));
}

async function open(engine, request, response, name) {
  const bytes = Number(request.headers['content-length']);
  const about = { id: 0, name, bytes: Number.isSafeInteger(bytes) ? bytes : null };
  // A refused stream would be destroyed, and the connection with it.
  const chunks = request.iterator({ destroyOnReturn: false });
  sendJson(response, await engine.openSource(chunks, about, { signal: whileOpen(response) }));
  // A connection that is closed with unread bytes is reset, and the answer may be lost.
  request.resume();
}

/** Aborts when the client disconnects. */
function whileOpen(response) {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** The text of the body; `null` if it is too long. */
async function readText(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LONGEST_REQUEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response, text) {
  if (response.destroyed) return;
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/json' });
  response.end(text);
}

function refuse(response, status, reason) {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
  response.end(`${reason}\n`);
}

module.exports = { serve };
