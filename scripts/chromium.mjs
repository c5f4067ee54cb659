// Where Chromium is; installed when it is missing and can be.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** HEAPRAY_CHROMIUM, or where it usually is; `null` when it is nowhere. */
export function findChromium() {
  return [process.env.HEAPRAY_CHROMIUM, ...USUAL].find((file) => file && existsSync(file)) ?? null;
}

/** Debian's package, where apt-get may install it. Everywhere else tests in the browser are skipped. */
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
