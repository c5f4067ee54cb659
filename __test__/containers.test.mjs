// Captures succeed in a control group with little more memory than preflight requires. `npm run test:containers` tests
// all shapes and versions of Node.js.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCaptures, runFreely } from '../scripts/containers/captures.mjs';
import { runWatch } from '../scripts/containers/watches.mjs';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { makeGroup } from './support/control-groups.mjs';

const probe = makeGroup();
await probe?.remove();
const skip = !probe && 'no control group with a memory limit can be made here (Linux and root are needed)';

for (const shape of ['parsed JSON', 'class instances', 'sessions in a Map', 'weak map', 'one array of references']) {
  test(`a heap of ${shape} is captured twice with just the estimate left, and the estimate is not excessive`, { skip }, async (t) => {
    const { captures, problems } = await runCaptures(process.execPath, shape, 20_000);
    for (const { round, estimate, rise } of captures) t.diagnostic(`capture ${round}: ${estimate} bytes estimated, ${rise} taken`);
    assert.deepEqual(problems, []);
    assert.equal(captures.length, 2);
  });
}

// Of the versions that tests run on, this one writes what deleted entries leave.
for (const [shape, items] of [['Map with deleted entries', 100_000], ['Map whose entries come and go', 60_000]]) {
  test(`an estimate for a heap of a ${shape} has what the deleted ones leave`, () => {
    const { captures, problems } = runFreely(nodeBinary(24), shape, items);
    assert.deepEqual(problems, []);
    assert.equal(captures.length, 2);
    for (const { round, estimate, rise } of captures) assert.ok(estimate >= rise, `capture ${round}: ${estimate} bytes estimated, ${rise} taken`);
  });
}

test('in a container of 300 MB a leak of 5 MB a second is named before the process ends', { skip }, async (t) => {
  const { named, problems } = await runWatch(process.execPath, { limitMB: 300, rate: 5 });
  assert.deepEqual(problems, []);
  t.diagnostic(`${named.verdict}`);
});

test('garbage that leaves no memory to count is collected first, and the capture fits', { skip }, async (t) => {
  const program = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { ownHeap, preflight, uncountedHeap } = require('./lib/capture/preflight.js');
    const [limitFile, usageFile] = process.argv.slice(1);
    for (let i = 0, kept = []; i < 600_000; i += 1) kept.push({ i, text: 't' + i });
    const { heapUsed, largeObjects } = uncountedHeap();
    writeFileSync(limitFile, String(Number(readFileSync(usageFile)) + Math.round(1.3 * (heapUsed - largeObjects))));
    const { fits, counted, heapUsed: live, estimate, available } = preflight(ownHeap());
    console.log(JSON.stringify({ heapUsed, live, fits, counted, estimate, available }));`;
  const group = makeGroup();
  const inGroup = ['-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', group.folder];
  // Garbage stays as long as the young generation has room for it.
  const args = [...inGroup, process.execPath, '--max-semi-space-size=128', '--min-semi-space-size=128', '-e', program, group.limitFile, group.usageFile];
  const { heapUsed, live, fits, counted } = JSON.parse(execFileSync('sh', args, { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) }));
  await group.remove();
  t.diagnostic(`${heapUsed} bytes in use, ${live} alive`);
  assert.deepEqual({ fits, counted }, { fits: true, counted: true });
  assert.ok(live < heapUsed / 3, `${live} of ${heapUsed} are alive`);
});
