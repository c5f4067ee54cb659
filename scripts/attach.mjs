// npm run test:attach: attaches to Node.js 20 to 26, Deno and Chromium, and compares the memory that a snapshot takes in the
// target with what V8 takes by itself.
//
//   node scripts/attach.mjs [reports] [peaks] [leaving] [deno] [chromium] [--node 20[,24…]] [--objects N] [--rounds N]
//
// Prints a line for each check. Exits with 1 if one failed.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start, visit } from '../__test__/support/attach/programs.mjs';
import { withChromium, withDeno } from './attach/programs.mjs';
import { nodeBinary } from './node-versions.mjs';

const { attach, report } = createRequire(import.meta.url)('../index.js');

/** Megabytes that a target may need more than V8 does by itself. */
const MAX_MORE = 64;
const ANY_PORT = ['--inspect-port=0'];
const peakProgram = fileURLToPath(new URL('./attach/peak-program.cjs', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { node: { type: 'string', default: '20,22,24,26' }, objects: { type: 'string', default: '600000' }, rounds: { type: 'string', default: '20' } },
});
const nodes = values.node.split(',').map((major) => [`Node.js ${major}`, nodeBinary(Number(major))]);

let failures = 0;
function tell(what, isRight, details = '') {
  if (!isRight) failures += 1;
  console.log(`${isRight ? 'ok    ' : 'FAILED'} ${what}${details && `: ${details}`}`);
}

/** Three snapshots of a target, with the work between them. */
async function leakOf(target, options, work) {
  const attachment = await attach(target, options);
  const snapshots = [];
  try {
    for (let i = 0; i < 3; i += 1) {
      await work();
      snapshots.push(await attachment.snapshot());
    }
    const { suspects: [suspect] } = await report(snapshots);
    return suspect?.className ?? 'nothing';
  } finally {
    await attachment.close();
    snapshots.forEach((snapshot) => snapshot.close());
  }
}

async function expectLeak(name, wanted, target, options, work = () => delay(500)) {
  try {
    const found = await leakOf(target, options, work);
    tell(name, found === wanted, found);
  } catch (error) {
    tell(name, false, `${error.code ?? ''} ${error.message}`);
  }
}

async function withProgram(file, options, work) {
  const program = await start(file, options);
  try {
    await work(program);
  } finally {
    await program.end();
  }
}

async function reports() {
  for (const [name, node] of nodes) {
    await withProgram('server.mjs', { node, flags: ANY_PORT }, async (program) => {
      await expectLeak(`${name} by its id`, 'Session', program.pid, {}, () => visit(program));
      tell(`${name} goes on`, program.isAlive());
    });
    await withProgram('worker.mjs', { node, flags: ANY_PORT }, (program) => expectLeak(`${name}, a worker`, 'Order', program.pid, { select: 'worker' }));
  }
}

/** By how much the target's peak is above V8's own. */
async function peaks() {
  if (process.platform !== 'linux') return;
  for (const [name, node] of nodes) {
    const own = Number(execFileSync(node, [peakProgram, values.objects, 'own'], { encoding: 'utf8' }));
    await withProgram(peakProgram, { node, flags: ANY_PORT, args: [values.objects] }, async ({ pid }) => {
      const megabytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000;
      const attachment = await attach(pid);
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      const before = megabytes('VmRSS');
      const snapshot = await attachment.snapshot({ force: true });
      const rise = megabytes('VmHWM') - before;
      await attachment.close();
      const { estimate } = snapshot.capture.preflight;
      tell(`${name}, memory for ${snapshot.nodeCount} objects`, rise - own <= MAX_MORE && estimate / 1e6 >= rise, `${Math.round(rise)} MB, V8's own ${Math.round(own)} MB, estimate ${Math.round(estimate / 1e6)} MB`);
      snapshot.close();
    });
  }
}

/** Attaches and leaves again and again, often in the middle of a snapshot. */
async function leaving() {
  for (const [name, node] of nodes) {
    await withProgram('server.mjs', { node, flags: ANY_PORT }, async (program) => {
      for (let round = 0; round < Number(values.rounds) && program.isAlive(); round += 1) {
        const attachment = await attach(program.pid);
        const signal = AbortSignal.timeout(1 + ((round * 97) % 900));
        if (round % 3 > 0) await attachment.snapshot({ signal }).then((snapshot) => snapshot.close(), () => {});
        await attachment.close();
      }
      await delay(200);
      tell(`${name} outlives ${values.rounds} attachments`, program.isAlive() && (await visit(program)) > 0);
    });
  }
}

const deno = () => withDeno((port) => expectLeak('Deno', 'Order', port));

async function chromium() {
  const found = await withChromium(async (port) => {
    await delay(2000);
    await expectLeak('Chromium, a page', 'Card', port);
    await expectLeak('Chromium, an iframe', 'Ad', port, { select: 'iframe' });
    await expectLeak('Chromium, a worker', 'Task', port, { select: 'worker' });
    return true;
  });
  if (found === null) console.log('skipped: no Chromium');
}

const parts = { reports, peaks, leaving, deno, chromium };
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) await parts[name]();
console.log(`${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
