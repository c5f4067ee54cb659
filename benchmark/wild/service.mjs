// Runs one service under load and takes three snapshots of it while requests are in flight.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleServer } from './bundle.mjs';
import { clients } from './clients.mjs';

/** Requests at a time, where a service does not say. */
export const CONCURRENCY = 16;
const PRELOADED = fileURLToPath(new URL('snapshots.cjs', import.meta.url));
/** A service that hangs is killed after this. */
const TIMEOUT_SECONDS = 120;
/** Windows has no such signal: there the service gets a message instead. */
const HAS_SIGNALS = process.platform !== 'win32';
/** Between two snapshots without a request. */
const IDLE_MS = 800;

/**
 * Writes `FOLDER/NAME.N.heapsnapshot` for N from 1 on and returns their paths. `scale` makes the load smaller.
 *
 * @param {import('./services.mjs').Service} service
 * @param {{ project: string, node: string, folder: string, scale?: number }} options
 */
export async function runService(service, { project, node, folder, scale = 1 }) {
  fs.mkdirSync(folder, { recursive: true });
  const running = await start(service, { project, node, folder });
  const client = clients[service.client ?? 'http'](running.port, service, project);
  try {
    const files = [];
    if (service.warmUp) await client.send(...service.warmUp);
    for (const [at, count] of service.requests.entries()) {
      await sleep(service.pauses?.[at] ?? 0);
      if (count === 0) await client.idle(IDLE_MS);
      else await client.send(Math.ceil(count * scale), service.concurrency?.[at] ?? service.concurrency ?? CONCURRENCY);
      files.push(path.join(folder, `${service.name}.${at + 1}.heapsnapshot`));
      await Promise.race([running.takeSnapshot(files[at]), running.failed]);
    }
    await client.close();
    return files;
  } finally {
    await running.stop();
  }
}

async function start({ name, snapshot, minified }, { project, node, folder }) {
  const source = path.join(project, 'services', name);
  const file = minified ? await bundleServer(`${source}.cjs`, path.join(project, 'dist', `${name}.cjs`)) : programFile(source);
  const bySignal = snapshot === 'signal' && HAS_SIGNALS;
  const options = ['--require', PRELOADED, ...(bySignal ? ['--heapsnapshot-signal=SIGUSR2', '--diagnostic-dir', folder] : [])];
  const child = spawn(node, [...options, file], {
    cwd: project,
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const exited = once(child, 'exit');
  const failed = exited.then(([code, signal]) => Promise.reject(new Error(`${name} ended with ${code ?? signal}: ${stderr}`)));
  failed.catch(() => {});
  const late = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_SECONDS * 1000);
  child.once('exit', () => clearTimeout(late));
  const [{ port }] = await Promise.race([once(child, 'message'), failed]);
  return {
    port,
    failed,
    takeSnapshot: (output) => (bySignal ? takeBySignal(child, folder, output) : takeByMessage(child, snapshot, output)),
    stop() {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

const programFile = (source) => [`${source}.cjs`, `${source}.mjs`].find((file) => fs.existsSync(file));

async function takeByMessage(child, means, file) {
  child.send({ means, file });
  await once(child, 'message');
}

/** Node names the file itself and does not tell when it is complete, so its end is looked at. */
async function takeBySignal(child, folder, file) {
  child.kill('SIGUSR2');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const isItsOwn = (name) => name.startsWith('Heap.') && name.includes(`.${child.pid}.`);
  while (isRunning()) {
    const written = fs.readdirSync(folder).find(isItsOwn);
    if (written !== undefined && isWhole(path.join(folder, written))) return fs.renameSync(path.join(folder, written), file);
    await sleep(20);
  }
}

function isWhole(file) {
  const end = Buffer.alloc(4);
  const descriptor = fs.openSync(file, 'r');
  const { size } = fs.fstatSync(descriptor);
  if (size >= end.length) fs.readSync(descriptor, end, 0, end.length, size - end.length);
  fs.closeSync(descriptor);
  // Within a string of the program's the quotation mark would be escaped.
  return /[^\\]"\]\}$/.test(end.toString('latin1'));
}
