'use strict';

// Runs the command that uploads a file. No shell reads it. Its output may have secrets, so it goes nowhere, and so may its name:
// an address without its scheme is taken for a command.

const { spawn } = require('node:child_process');
const { once } = require('node:events');

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
    throw Object.assign(new Error(), { reason: `the command ${text}` });
  };
  const [code, signal] = await once(child, 'exit').catch(({ code: failure }) => fail(`cannot be started (${failure})`));
  if (signal) fail(`was ended by ${signal}`);
  if (code !== 0) fail(`exited with ${code}`);
}

module.exports = { runCommand };
