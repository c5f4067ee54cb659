// Captures succeed in a control group with little more memory than preflight requires. `npm run test:containers` tests
// all shapes and versions of Node.js.

import assert from 'node:assert/strict';
import test from 'node:test';
import { runCaptures } from '../scripts/containers/captures.mjs';
import { runWatch } from '../scripts/containers/watches.mjs';
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

test('in a container of 300 MB a leak of 5 MB a second is named before the process ends', { skip }, async (t) => {
  const { named, problems } = await runWatch(process.execPath, { limitMB: 300, rate: 5 });
  assert.deepEqual(problems, []);
  t.diagnostic(`${named.verdict}`);
});
