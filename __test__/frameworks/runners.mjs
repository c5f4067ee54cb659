// Runs the real test runners and reads the outcome of each test.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const reporter = new URL('./node-reporter.mjs', import.meta.url).href;

/**
 * @typedef {{ name: string, passed: boolean, message: string }} Outcome
 * @typedef {{ args?: string[], env?: Record<string, string> }} Options additional arguments and environment variables
 */

/** Jest on a Node.js binary. @param {Options} [options] @returns {Promise<Outcome[]>} */
export function runJest(node, folder, { args = [], env } = {}) {
  return runWithJson(node, folder, env, (file) => [
    path.join(folder, 'node_modules/jest/bin/jest.js'), '--ci', '--json', `--outputFile=${file}`, ...args,
  ]);
}

/** Vitest in one of its pools. @param {Options} [options] @returns {Promise<Outcome[]>} */
export function runVitest(node, folder, pool, { args = [], env } = {}) {
  return runWithJson(node, folder, env, (file) => [
    path.join(folder, 'node_modules/vitest/vitest.mjs'), 'run', `--pool=${pool}`, '--reporter=json', `--outputFile=${file}`, ...args,
  ]);
}

/** node:test. @param {Options} [options] @returns {Promise<Outcome[]>} */
export async function runNodeTest(node, folder, files, { env } = {}) {
  const { stdout, stderr } = await run(node, ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', ...files], folder, env);
  const outcomes = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  if (outcomes.length === 0) throw new Error(`no test ran: ${stdout}${stderr}`);
  return outcomes;
}

function jestOutcomes({ assertionResults, message }) {
  if (assertionResults.length === 0) throw new Error(`a test file failed as a whole: ${message}`);
  return assertionResults.map(({ fullName, status, failureMessages }) => ({
    name: fullName,
    passed: status === 'passed',
    message: stripVTControlCharacters(failureMessages.join('\n')),
  }));
}

async function runWithJson(node, folder, env, argsFor) {
  const out = mkdtempSync(path.join(tmpdir(), 'heapray-'));
  const file = path.join(out, 'results.json');
  const { stdout, stderr } = await run(node, argsFor(file), folder, env);
  try {
    const outcomes = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults.flatMap(jestOutcomes) : [];
    // Errors before the first test are only in the output.
    if (outcomes.length === 0) throw new Error(`no test ran: ${stdout}${stderr}`);
    return outcomes;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Runs to the end; failing tests are expected. */
function run(node, args, cwd, more) {
  // Otherwise a test runner inside of node:test would report to that.
  const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...env } = process.env;
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env, FORCE_COLOR: '0', CI: '1', ...more }, maxBuffer: 1 << 26 };
    execFile(node, args, options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

/** Path of a file beside this one. */
export const fileHere = (name) => fileURLToPath(new URL(name, import.meta.url));
