// Step of the action: runs the command, attaches to it, and lists the snapshots.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fail, heapray, linesOf, setOutput } from './runner.mjs';

const { HEAPRAY, RUN = '', SNAPSHOTS = '', ATTACH = '', ATTACH_OPTIONS = '', RUNNER_TEMP } = process.env;
/** Until the program that is attached to listens. */
const START_MS = 60_000;

const folder = path.join(RUNNER_TEMP, 'heapray-snapshots');
mkdirSync(folder, { recursive: true });
const environment = { ...process.env, HEAPRAY_SNAPSHOTS: folder };
const isSnapshot = (name) => /\.heap(?:snapshot|timeline)(?:\.(?:gz|zst|br))?$/.test(name);

if (ATTACH !== '') await attach().catch((error) => fail(error.message));
else if (RUN !== '') {
  const { status } = spawnSync('bash', ['-e', '-c', RUN], { stdio: 'inherit', env: environment });
  if (status !== 0) fail(`the command failed with exit code ${status}`);
}

const given = linesOf(SNAPSHOTS);
const files = (given.length === 0 ? [folder] : given).flatMap(filesIn);
if (files.length === 0) fail(`there are no snapshots: ${given.length === 0 ? 'the command must write them to $HEAPRAY_SNAPSHOTS' : given.join(', ')}`);
setOutput('files', files.join('\n'));

async function attach() {
  // A group of its own, which is ended as a whole.
  const program = RUN === '' ? undefined : spawn('bash', ['-e', '-c', RUN], { stdio: 'inherit', env: environment, detached: true });
  try {
    await untilListening(program);
    const { status } = heapray(HEAPRAY, ['attach', ATTACH, ...linesOf(ATTACH_OPTIONS), '--save', folder, '--format', 'json', '--output', path.join(RUNNER_TEMP, 'heapray-attach.json')]);
    if (status > 1) throw new Error(`heapray attach failed with exit code ${status}`);
  } finally {
    if (program !== undefined && program.exitCode === null) process.kill(-program.pid, 'SIGTERM');
  }
}

/** Ports of an inspector answer as soon as the program has started. */
async function untilListening(program) {
  if (!/^\d+$/.test(ATTACH)) return;
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(200)) {
    if (program && program.exitCode !== null) throw new Error(`the program ended with exit code ${program.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${ATTACH}/json/list`).catch(() => undefined);
    if (answer?.ok || program === undefined) return;
  }
  throw new Error(`no inspector listens on port ${ATTACH}: start the program with node --inspect=${ATTACH}`);
}

function filesIn(given) {
  if (!existsSync(given)) fail(`${given} does not exist`);
  if (!statSync(given).isDirectory()) return [given];
  const names = readdirSync(given).filter(isSnapshot);
  return names.sort(new Intl.Collator('en', { numeric: true }).compare).map((name) => path.join(given, name));
}
