// examples/closure-leak in a process of its own → snapshots after 1, 40 and 50 requests.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { root } from './setup.mjs';

/** Numbers of the requests after which a snapshot is taken. */
export const SNAPSHOTS_AFTER = [1, 40, 50];

/**
 * Leaves `after-1.heapsnapshot` and so on in a folder that exists.
 * @param {string} folder
 * @param {{ server?: string, env?: NodeJS.ProcessEnv, onUrl?: (url: string) => void }} [options]
 */
export async function leak(folder, { server = path.join(root, 'examples/closure-leak/server.cjs'), env = process.env, onUrl } = {}) {
  const child = spawn(process.execPath, [server, folder], { cwd: path.dirname(server), env: { ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [url] = await Promise.race([once(createInterface(child.stdout), 'line'), endOf(child)]);
    onUrl?.(url);
    for (let i = 0; i < Math.max(...SNAPSHOTS_AFTER); i++) {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      await response.text();
    }
  } finally {
    child.kill();
  }
}

async function endOf(child) {
  const [code] = await once(child, 'exit');
  throw new Error(`the server ended with code ${code}`);
}
