// Reports on real programs with every usual kind of leak, and on some without.
//
// Each file of support/leak-scenarios is one process with several leaks at once, which the report must
// distinguish. LEAK_NODE_VERSIONS=22,24,26 runs them on these versions of Node.js as well.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { assertNumbers } from './support/leak-numbers.mjs';
import { expected } from './support/leak-scenarios/expected.mjs';

const require = createRequire(import.meta.url);
const { parse, report } = require('../index.js');

const SCENARIOS = path.join(import.meta.dirname, 'support', 'leak-scenarios');
const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'heapray-leaks-'));
/** Units of work before each snapshot. */
const TIMES = '15';
const BINARIES = ['', ...(process.env.LEAK_NODE_VERSIONS ?? '').split(',').filter(Boolean)];

after(() => fs.rmSync(FOLDER, { recursive: true }));

/** Runs a file of scenarios and returns its three snapshots, parsed. */
async function snapshotsOf(file, version) {
  const folder = fs.mkdtempSync(path.join(FOLDER, `${file}-`));
  const binary = version === '' ? process.execPath : nodeBinary(version);
  const program = [path.join(SCENARIOS, 'run.cjs'), folder, TIMES, path.join(SCENARIOS, `${file}.cjs`)];
  await promisify(execFile)(binary, ['--expose-gc', ...program]);
  const names = ['first', 'second', 'third'];
  return Promise.all(names.map((name) => parse(path.join(folder, `${name}.heapsnapshot`))));
}

function isNamed({ className, holder }, suspect) {
  return className.split('|').includes(suspect.className) && `${suspect.path} ${suspect.holder.path}`.includes(holder);
}

function shown({ className, kind, path: text, addedCount }) {
  return `${className} (${kind}) at ${text}, by ${addedCount}`;
}

for (const version of BINARIES) {
  const title = version === '' ? 'this Node.js' : `Node.js ${version}`;
  describe(`on ${title}`, () => {
    for (const [file, leaks] of Object.entries(expected)) {
      it(`names the leaks of ${file}.cjs with kind and holder, and nothing else`, async () => {
        const snapshots = await snapshotsOf(file, version);
        const { suspects } = await report(snapshots, { limit: 100 });
        const left = [...suspects];
        for (const leak of leaks) {
          const at = left.findIndex((suspect) => isNamed(leak, suspect));
          assert.notEqual(at, -1, `${leak.className} at ${leak.holder} is missing among\n${suspects.map(shown).join('\n')}`);
          const [suspect] = left.splice(at, 1);
          assert.ok(leak.kind.split('|').includes(suspect.kind), `${shown(suspect)}: expected ${leak.kind}`);
        }
        assert.deepEqual(left.map(shown), []);
        await assertNumbers(snapshots.at(-1), suspects);
        for (const snapshot of snapshots) snapshot.close();
      });
    }

    it('reports nothing for caches, pools, queues and code that warm up or are bounded', async () => {
      const snapshots = await snapshotsOf('controls', version);
      const { suspects, outcome } = await report(snapshots, { limit: 100 });
      assert.deepEqual(suspects.map(shown), []);
      assert.notEqual(outcome, 'leaks');
      // Two snapshots cannot distinguish a collection that is filling up from a leak, but can recognise code used for the first time.
      const ofTwo = await report(snapshots.slice(0, 2), { limit: 100 });
      assert.deepEqual(ofTwo.suspects.filter(({ confidence }) => confidence !== 'low').map(shown), []);
      for (const snapshot of snapshots) snapshot.close();
    });
  });
}
