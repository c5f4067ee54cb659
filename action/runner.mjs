// What the steps of the action share: outputs, inputs of several lines, and heapray.

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** Sets an output of the step, of any number of lines. */
export function setOutput(name, value) {
  const end = `end-${randomUUID()}`;
  appendFileSync(process.env.GITHUB_OUTPUT, `${name}<<${end}\n${value}\n${end}\n`);
}

export const linesOf = (text = '') => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');

/** Runs heapray; what it says on stderr is in the log. */
export function heapray(command, args) {
  const [file, before] = /\.[cm]?js$/.test(command) ? [process.execPath, [command]] : [command, []];
  const { status, stderr, error } = spawnSync(file, [...before, ...args], { encoding: 'utf8', stdio: ['ignore', 'inherit', 'pipe'] });
  if (error) throw error;
  process.stderr.write(stderr);
  return { status, stderr };
}

/** Ends the step with an annotation. */
export function fail(message) {
  console.log(`::error title=heapray::${message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`);
  process.exit(1);
}
