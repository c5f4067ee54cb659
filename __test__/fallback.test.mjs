// WebAssembly in place of the addon: the tests of the API with it, and its limits.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { badFolder, temporaryFolder } from './support/fixtures.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const index = path.join(root, 'index.js');
// Only the damaged snapshots of the corpus: its largest ones take minutes on one thread.
const onlyBad = temporaryFolder();
const bad = badFolder();
if (bad) symlinkSync(bad, path.join(onlyBad, 'bad'), 'junction');
const env = { ...process.env, HEAPRAY_ADDON: 'wasm', HEAPRAY_CORPUS: onlyBad };
// Otherwise the inner test runner would report to the outer one.
delete env.NODE_TEST_CONTEXT;

const run = (args, more = {}) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env, timeout: 120_000, ...more });

for (const file of ['api', 'bad-input', 'sources']) {
  test(`everything of ${file}.test.mjs holds over WebAssembly`, () => {
    const { status, stdout } = run(['--test', '--test-reporter=tap', `__test__/${file}.test.mjs`]);
    assert.equal(status, 0, stdout.split('\n').filter((line) => /^\s*(not ok|error:|message:)/.test(line)).join('\n'));
    assert.match(stdout, /^# pass [1-9]/m);
  });
}

test('an abort ends a parse, and later calls work', () => {
  const script = `
    const { parse } = require(${JSON.stringify(index)});
    (async () => {
      const bytes = require('node:fs').readFileSync(process.argv[1]);
      const waiting = (async function* () { yield bytes; await new Promise(() => {}); })();
      const controller = new AbortController();
      const parsing = parse(waiting, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 5);
      await parsing.catch((error) => console.log(error.message));
      console.log((await parse(bytes)).nodeCount);
    })();`;
  const file = path.join(temporaryFolder(), 'tiny.heapsnapshot');
  writeFileSync(file, tinySnapshot());
  const { stdout, stderr } = run(['-e', script, file]);
  assert.equal(stdout, 'enough\n6\n', stderr);
});

test('a platform without an addon uses it, with a warning', () => {
  const script = `Object.defineProperty(process, 'platform', { value: 'freebsd' });
    require(${JSON.stringify(index)}).parse([${JSON.stringify(tinySnapshot())}]).then((s) => console.log('nodes: ' + s.nodeCount));`;
  const { HEAPRAY_ADDON: _, ...plain } = env;
  const { stdout, stderr } = run(['-e', script], { env: plain });
  assert.equal(stdout, 'nodes: 6\n', stderr);
  assert.match(stderr, /HeaprayWarning: there is no addon for freebsd x64.*heapray runs as WebAssembly/);
});

test('functions that need the addon reject with that reason', () => {
  const script = `require(${JSON.stringify(index)}).parse([${JSON.stringify(tinySnapshot())}], { redact: true }).catch((e) => console.log(e.code, e.message));`;
  assert.match(run(['-e', script]).stdout, /^ERR_NOT_SUPPORTED redact needs heapray's native addon/);
});

test('the published package has all the files for it', () => {
  const folder = temporaryFolder();
  const shell = process.platform === 'win32';
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root, encoding: 'utf8', shell });
  assert.equal(packed.status, 0, packed.stderr);
  assert.equal(spawnSync('tar', ['-xzf', packed.stdout.trim()], { cwd: folder }).status, 0);
  const script = `
    require('./package').parse([process.argv[1]]).then(({ nodeCount }) => console.log(nodeCount));`;
  const { status, stdout, stderr } = run(['-e', script, tinySnapshot()], { cwd: folder });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '6\n');
});
