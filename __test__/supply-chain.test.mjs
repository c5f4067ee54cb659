// What is released is named, and made by what was looked at.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundledPackages, crates, installedPackages, licenceText } from '../scripts/third-party.mjs';

const root = new URL('../', import.meta.url);
const read = (file) => readFileSync(new URL(file, root), 'utf8');
const script = (...args) => spawnSync(process.execPath, args, { cwd: fileURLToPath(root), encoding: 'utf8', maxBuffer: 64 << 20 });

test('the notices are those of the crates and packages that are locked', () => {
  const { status, stderr } = script('scripts/notices.mjs', '--check');
  assert.deepEqual([status, stderr], [0, '']);
});

test('every crate in Cargo.toml that is linked, and every package of the viewer, is in the notices with its licence', async () => {
  const notices = read('THIRD-PARTY-NOTICES.md');
  const [linked, bundled] = [crates(), await bundledPackages()];
  for (const name of ['napi', 'rayon', 'serde_json', 'memchr', 'flate2', 'ruzstd', 'regex-automata', 'sha2', 'brotli-decompressor']) {
    assert.ok(linked.some((crate) => crate.name === name), name);
  }
  assert.ok(linked.every(({ name }) => !/^(heapray|serde_derive|napi-derive|napi-build)/.test(name)));
  assert.deepEqual(bundled.map(({ name }) => name), ['@jridgewell/resolve-uri', '@jridgewell/sourcemap-codec', '@jridgewell/trace-mapping', 'acorn', 'd3-hierarchy', 'preact']);
  for (const component of [...linked, ...bundled]) {
    assert.ok(notices.includes(`- ${component.name} ${component.version}, ${component.license}`), component.name);
    const text = licenceText(component);
    assert.ok(text === undefined || notices.includes(text), component.name);
  }
});

test('the bill of materials has every component once, by its package URL', async () => {
  const { status, stdout, stderr } = script('scripts/release/sbom.mjs');
  assert.equal(status, 0, stderr);
  const { bomFormat, components } = JSON.parse(stdout);
  assert.equal(bomFormat, 'CycloneDX');
  // The page contains packages that are installed too.
  const expected = new Set([...crates(), ...(await bundledPackages()), ...installedPackages()].map(({ purl }) => purl));
  assert.deepEqual(components.map(({ purl }) => purl).sort(), [...expected].sort());
});

test('packages contain the notices', () => {
  const manifests = ['package.json', ...readdirSync(new URL('npm/', root)).map((name) => `npm/${name}/package.json`)];
  for (const file of manifests) assert.ok(JSON.parse(read(file)).files.includes('THIRD-PARTY-NOTICES.md'), file);
});

test('workflows run actions by the commit, and name its version', () => {
  const names = readdirSync(new URL('.github/workflows/', root));
  const uses = names.flatMap((name) => read(`.github/workflows/${name}`).match(/uses: .*/g) ?? []);
  assert.ok(uses.length > 20, `${uses.length}`);
  for (const line of uses) assert.match(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
