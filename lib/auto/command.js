'use strict';

// Runs the command that uploads a file. No shell reads it, and its output may have secrets, so it goes nowhere.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const LONGEST_MS = 600_000;

/**
 * @param {string[]} words `{}` stands for the file, which comes last otherwise, and `{name}` for its name with the host's.
 */
async function runCommand([program, ...words], { file, name, fingerprint }) {
  const args = words.map((word) => word.replace(/\{(name)?\}/g, (_, isName) => (isName ? name : file)));
  if (!words.some((word) => word.includes('{}'))) args.push(file);
  const env = { ...process.env, HEAPRAY_OFF: '1', HEAPRAY_FINGERPRINT: fingerprint ?? '' };
  const child = spawn(program, args, { env, stdio: 'ignore', timeout: LONGEST_MS, windowsHide: true });
  const fail = (text) => {
    throw Object.assign(new Error(), { reason: `${path.basename(program)} ${text}` });
  };
  const [code, signal] = await once(child, 'exit').catch(({ code: failure }) => fail(`cannot be started (${failure})`));
  if (signal) fail(`was ended by ${signal}`);
  if (code !== 0) fail(`exited with ${code}`);
}

module.exports = { runCommand };
