// Finds Chromium, or installs it if possible.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path in HEAPRAY_CHROMIUM, or one of the usual ones; `null` if there is none. */
export function findChromium() {
  return [process.env.HEAPRAY_CHROMIUM, ...USUAL].find((file) => file && existsSync(file)) ?? null;
}

/** Installs Debian's package, if apt-get may. Everywhere else tests in the browser are skipped. */
export function installChromium() {
  if (findChromium() !== null || process.platform !== 'linux' || process.getuid() !== 0) return;
  if (spawnSync('apt-get', ['--version']).status !== 0) return;
  console.log('set-up: apt-get install chromium (for the tests of the viewer; HEAPRAY_CHROMIUM names another)');
  const install = () => apt('install', '--yes', '--no-install-recommends', 'chromium');
  if (!install()) apt('update') && install();
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['--quiet=2', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}
