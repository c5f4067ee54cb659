'use strict';

// Runs examples/closure-leak in its own process and takes snapshots after 1, 40 and 50 requests.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { promisify } = require('node:util');
const { constants, gzip } = require('node:zlib');

const EXAMPLE = path.join(__dirname, '..', '..', 'examples', 'closure-leak');
/** Numbers of the requests after which a snapshot is taken. */
const SNAPSHOTS_AFTER = [1, 40, 50];
const EXAMPLE_NAMES = SNAPSHOTS_AFTER.map((number) => `after-${number}.heapsnapshot.gz`);

const compress = promisify(gzip);

/**
 * Leaves `after-1.heapsnapshot` and so on in a folder that exists.
 * @param {string} folder
 * @param {{ server?: string, env?: NodeJS.ProcessEnv, onUrl?: (url: string) => void }} [options]
 */
async function leak(folder, { server = path.join(EXAMPLE, 'server.cjs'), env = process.env, onUrl } = {}) {
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

/**
 * The snapshots, compressed. They are taken in a folder and an environment that reveal nothing about this machine.
 * @param {{ level?: number }} [options] of compression; the fastest by default
 * @returns {Promise<Map<string, Buffer>>} by `EXAMPLE_NAMES`
 */
async function exampleSnapshots({ level = constants.Z_BEST_SPEED } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'closure-leak-'));
  try {
    for (const name of ['app.cjs', 'server.cjs']) fs.copyFileSync(path.join(EXAMPLE, name), path.join(folder, name));
    await leak(folder, { server: path.join(folder, 'server.cjs'), env: {} });
    const snapshots = EXAMPLE_NAMES.map(async (name) => {
      const snapshot = await fs.promises.readFile(path.join(folder, path.basename(name, '.gz')));
      return [name, await compress(snapshot, { level })];
    });
    return new Map(await Promise.all(snapshots));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

module.exports = { EXAMPLE_NAMES, exampleSnapshots, leak, SNAPSHOTS_AFTER };
