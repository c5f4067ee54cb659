// Runs a leaking server that knows nothing of heapray in a container, with heapray/auto in NODE_OPTIONS: before the kernel ends
// it, a report that names the leak and a snapshot have arrived at a sink.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, mkdtempSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from '../../index.js';
import { makeGroup } from '../../__test__/support/control-groups.mjs';
import { recipesProject } from '../recipes-project.mjs';

const program = fileURLToPath(new URL('service.cjs', import.meta.url));
const auto = pathToFileURL(fileURLToPath(new URL('../../auto.js', import.meta.url)));
/** Between two requests, each of which leaks 0.2 MB. */
const REQUEST_MS = 20;

/**
 * @returns {Promise<{ named: number, reports: number, snapshots: number, problems: string[] }>} How many of each have arrived.
 */
export async function runService(binary, limitMB) {
  const group = makeGroup();
  group.setLimit(limitMB * 1e6);
  const dir = mkdtempSync(path.join(os.tmpdir(), 'heapray-service-'));
  const sink = await openSink();
  const env = {
    ...process.env,
    NODE_PATH: path.join(recipesProject(), 'node_modules'),
    NODE_OPTIONS: `--import ${auto}`,
    HEAPRAY_DIR: dir,
    HEAPRAY_UPLOAD: `http://127.0.0.1:${sink.port}/{name}`,
  };
  const child = spawn('sh', ['-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', group.folder, binary, program], { env });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  const ended = once(child, 'exit');
  const lastOf = requestUntilEnd(child);
  const [code, signal] = await ended;
  await lastOf;
  sink.close();
  group.setLimit(null);
  await group.remove();
  rmSync(dir, { recursive: true });
  return judge(sink.received, { log, end: signal ?? code });
}

async function requestUntilEnd(child) {
  let port;
  createInterface({ input: child.stdout }).on('line', (line) => {
    port = line;
  });
  while (child.exitCode === null && child.signalCode === null) {
    // A connection may be closed while V8 writes a snapshot.
    if (port !== undefined) await fetch(`http://127.0.0.1:${port}/`).then((response) => response.text()).catch(() => {});
    await delay(REQUEST_MS);
  }
}

async function openSink() {
  const received = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      // The process was ended meanwhile.
      return;
    }
    received.push({ name: request.url.slice(1), body: Buffer.concat(chunks) });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, received, close: () => server.closeAllConnections() ?? server.close() };
}

async function judge(received, { log, end }) {
  const reports = received.filter(({ name }) => name.endsWith('.json')).map(({ body }) => JSON.parse(body));
  const snapshots = received.filter(({ name }) => name.endsWith('.heapsnapshot.gz'));
  const named = reports.filter(({ suspects }) => suspects[0]?.className === 'Session');
  const problems = [];
  if (named.length === 0) problems.push(`no report names the leak; ${received.length} files arrived, and the process ended with ${end}:\n${log}`);
  if (snapshots.length === 0) problems.push('no snapshot has arrived');
  for (const { body } of snapshots) (await parse(body)).close();
  return { named: named.length, reports: reports.length, snapshots: snapshots.length, problems };
}
