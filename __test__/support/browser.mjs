// A real, headless Chromium, and the two servers of the viewer's page.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../scripts/chromium.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

const executablePath = findChromium();

/** For the `skip` option of a test: `false`, or why there is no browser. */
export const skipWithoutBrowser = executablePath ? false : 'no Chromium: install it, or name one with HEAPRAY_CHROMIUM';

/** @returns {Promise<import('playwright-core').Browser>} */
export async function launch() {
  const { chromium } = await import('playwright-core');
  // Its sandbox does not start as root; only our own pages are opened.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/**
 * Writes a snapshot of a page's heap.
 * @param {import('playwright-core').CDPSession} session
 */
export async function takeSnapshot(session, file) {
  const chunks = [];
  const keep = ({ chunk }) => chunks.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', keep);
  await session.send('HeapProfiler.takeHeapSnapshot');
  session.off('HeapProfiler.addHeapSnapshotChunk', keep);
  writeFileSync(file, chunks.join(''));
}

/** A page that records its errors, including blocked scripts. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  return { page, problems };
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.gz': 'application/gzip' };

/** The headers that make a page cross-origin isolated. */
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** A web server for viewer/dist and some more files: the page with the engine in a worker. */
export async function serveBuilt(more = {}, { isIsolated = false } = {}) {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname.slice(1) || 'index.html';
    try {
      const body = more[name] ?? (await readFile(path.join(root, 'viewer/dist', name)));
      const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, ...(isIsolated && ISOLATION) }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.closeAllConnections() ?? server.close() };
}

const running = new Set();

/** Starts `heapray view`. `stopViews` ends those that a failed test leaves behind. */
export async function startView(files, args = [], program = path.join(root, 'bin/heapray.js')) {
  const child = spawn(process.execPath, [program, 'view', ...files, '--no-open', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = once(child, 'exit').then(([code]) => code);
  const line = once(createInterface(child.stdout), 'line').then(([text]) => text);
  const url = await Promise.race([line, ended.then((code) => Promise.reject(new Error(`it ended with ${code}: ${stderr}`)))]);
  return {
    url,
    ended,
    stop(signal = 'SIGINT') {
      child.kill(signal);
      return ended;
    },
  };
}

export function stopViews() {
  for (const child of running) child.kill('SIGKILL');
}
