// Measures one run: a child process from spawn to exit, its peak memory and its answers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const KEPT_OF_STDERR = 1 << 16;

/**
 * Loads `file` with `tool` in a process of its own. A failure of the tool does not throw; the result has an `error` instead
 * of numbers.
 *
 * `seconds` is from spawn to exit; `peakBytes` is the most memory the process had resident at any
 * time, all threads and mapped files included, as the kernel counted it (`maxRSS`, read by the child
 * as its last act). `cpuSeconds` are those of all threads: on a busy machine they say more than the clock.
 * `mode` is for `child.mjs`: `--check` or `--report`.
 */
export async function measure({ node, tool, file, timeoutSeconds, mode }) {
  const started = performance.now();
  const args = [CHILD, tool, file, ...(mode ? [mode] : [])];
  const child = spawn(node, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000);
  const report = collect(child.stdio[3]);
  const complaints = collect(child.stderr, KEPT_OF_STDERR);
  const [code, signal] = await once(child, 'exit');
  const seconds = (performance.now() - started) / 1000;
  clearTimeout(timer);
  if (seconds >= timeoutSeconds) return { error: `stopped after ${timeoutSeconds} s` };
  if (code !== 0) return { seconds, error: reason(await complaints) ?? `ended with ${signal ?? `exit code ${code}`}` };
  const text = await report;
  return text ? { seconds, ...JSON.parse(text) } : { seconds, error: 'ended without an answer' };
}

async function collect(stream, most = Infinity) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) if (text.length < most) text += chunk;
  return text;
}

/** The line of an error output that has the message. */
function reason(complaints) {
  const lines = complaints.split('\n');
  const line = lines.find(line => /FATAL ERROR|panicked|^\w*Error\b|RuntimeError/.test(line)) ?? lines.find(Boolean);
  return line?.trim().slice(0, 200);
}
