// Programs to attach to.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Starts a program that ends with this process.
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, pid: number, first: string, printed: () => string, isAlive: () => boolean, end: () => Promise<void> }>}
 * `first`: its first line; `printed`: what it has written to stderr.
 */
export async function start(file, { node = process.execPath, flags = [], args = [], waitFor = 'stdout' } = {}) {
  const child = spawn(node, [...flags, path.resolve(folder, file), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  const [first] = await once(createInterface({ input: child[waitFor] }), 'line');
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const end = async () => {
    if (!isAlive()) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { child, pid: child.pid, first, printed: () => printed, isAlive, end };
}

/** A request to the leaking service. */
export const visit = async ({ first: port }) => Number(await (await fetch(`http://127.0.0.1:${port}/`)).text());

/** The port in `Debugger listening on ws://127.0.0.1:…`. */
export const inspectorPort = ({ printed }) => Number(/ws:\/\/[^/]+:(\d+)\//.exec(printed())?.[1]);
