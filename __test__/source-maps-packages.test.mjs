// Packages that were bundled retain what they retain in the source.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import esbuild from 'esbuild';
import { report } from '../index.js';
import { SOURCES, snapshotsOf, writeProject } from './support/bundles/project.mjs';

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-packages-')));
after(() => rmSync(folder, { recursive: true, force: true }));
writeProject(folder);

const built = (options) => esbuild.buildSync({ absWorkingDir: folder, platform: 'node', logLevel: 'error', ...options });
const counts = ({ byPackage }) => Object.fromEntries(byPackage.map(({ name, count }) => [name ?? 'own', count]));

describe('what packages retain', () => {
  let plain;
  let bundled;
  before(() => {
    built({ entryPoints: SOURCES.map((file) => path.join(folder, file)), format: 'cjs', outdir: 'plain' });
    built({ entryPoints: [path.join(folder, 'src/main.ts')], bundle: true, minify: true, sourcemap: true, outfile: 'bundled/main.js' });
    plain = snapshotsOf(path.join(folder, 'plain/main.js'));
    bundled = snapshotsOf(path.join(folder, 'bundled/main.js'));
  });

  test('is told of packages in a bundle as it is of those in folders', async () => {
    const [expected, found] = [await report(plain), await report(bundled)];
    assert.ok(counts(expected)['tiny-bus'] >= 1500);
    assert.equal(counts(found)['tiny-bus'], counts(expected)['tiny-bus']);
    assert.deepEqual(Object.keys(counts(found)), Object.keys(counts(expected)));
    for (const { name, retainedSize, percent } of found.byPackage) {
      const same = expected.byPackage.find((each) => each.name === name);
      // The text of functions is shorter.
      assert.ok(Math.abs(retainedSize - same.retainedSize) < 0.02 * same.retainedSize + 5000, `${name}: ${retainedSize} for ${same.retainedSize}`);
      assert.equal(percent, (retainedSize / found.totals.size) * 100);
    }
    assert.deepEqual((await report(bundled, { limit: 1 })).byPackage, found.byPackage.slice(0, 1));
  });

  test('is that of the script without maps, and with a map of a script that has changed', async () => {
    const off = await report(bundled, { sourceMaps: 'off' });
    assert.deepEqual(Object.keys(counts(off)), ['own']);
    const script = path.join(folder, 'bundled/main.js');
    const text = readFileSync(script, 'utf8');
    writeFileSync(script, text.replace('var ', 'var longer_than_before=0,'));
    try {
      const changed = await report(bundled);
      assert.deepEqual(changed.byPackage, off.byPackage);
      assert.match(changed.warnings.join(), /has changed since/);
    } finally {
      writeFileSync(script, text);
    }
  });
});
