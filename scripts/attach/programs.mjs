// Deno and Chromium, with programs that leak.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../chromium.mjs';
import { installBeside } from '../node-versions.mjs';

const cache = fileURLToPath(new URL('../../.cache/deno', import.meta.url));

/** Deno's binary from npm, installed if necessary. */
function denoBinary() {
  const scope = path.join(cache, 'node_modules', '@deno');
  const binaries = () => readdirSync(scope).map((name) => path.join(scope, name, process.platform === 'win32' ? 'deno.exe' : 'deno'));
  try {
    return binaries()[0];
  } catch {
    installBeside('deno@2', cache);
    return binaries()[0];
  }
}

/** Calls `work` with the port of Deno's inspector. */
export async function withDeno(work) {
  const program = 'class Order { lines = [{}, {}]; } const orders = []; setInterval(() => { for (let i = 0; i < 20; i += 1) orders.push(new Order()); }, 20);';
  const child = spawn(denoBinary(), ['run', '--inspect=127.0.0.1:0', `data:application/javascript,${encodeURIComponent(program)}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  return withInspector(child, work);
}

/** Calls `work` with the port of a Chromium that shows a page with an iframe of another site and a worker, all of which leak. */
export async function withChromium(work) {
  const chromium = findChromium();
  if (chromium === null) return null;
  const profile = await mkdtemp(path.join(tmpdir(), 'heapray-chromium-'));
  const site = http.createServer((request, response) => answer(request.url, site.address().port, response)).listen(0);
  await once(site, 'listening');
  const flags = ['--headless=new', '--no-first-run', '--site-per-process', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const child = spawn(chromium, [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `http://127.0.0.1:${site.address().port}/`], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    return await withInspector(child, work);
  } finally {
    site.closeAllConnections();
    site.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

const LEAKS = (name) => `class ${name} { parts = [{}, {}]; } const kept = []; setInterval(() => { for (let i = 0; i < 20; i += 1) kept.push(new ${name}()); }, 20);`;

function answer(url, port, response) {
  const pages = {
    '/': ['text/html', `<title>Leaking page</title><iframe src="http://localhost:${port}/frame"></iframe><script>new Worker('/worker.js'); ${LEAKS('Card')}</script>`],
    '/frame': ['text/html', `<title>Leaking frame</title><script>${LEAKS('Ad')}</script>`],
    '/worker.js': ['text/javascript', LEAKS('Task')],
  };
  const [type, body] = pages[url] ?? ['text/plain', ''];
  response.setHeader('content-type', type);
  response.end(body);
}

async function withInspector(child, work) {
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      const port = /ws:\/\/[^/]+:(\d+)\//.exec(line)?.[1];
      if (port === undefined) continue;
      child.stderr.resume();
      return await work(port);
    }
    throw new Error(`${child.spawnfile} has opened no inspector`);
  } finally {
    child.kill('SIGKILL');
  }
}
