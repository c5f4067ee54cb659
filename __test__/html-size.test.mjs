// What an HTML report costs, for heaps that once made it a hundred megabytes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/fixtures.mjs';
import { posix } from './support/platform.mjs';
import { buildSnapshot, internal, object, property, shortcut, string, synthetic } from './support/build-snapshot.mjs';

const MAX_BYTES = 5_000_000;
const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();

/** `count` objects in a chain, each made by `make(index, references)`, with whatever else each refers to. */
function chain(count, make, link, more = {}) {
  const heap = {
    root: synthetic('', { references: [shortcut('global')] }),
    global: object('global', 40, { references: [property('head', 'item 0')] }),
    ...more,
  };
  for (let i = 0; i < count; i += 1) heap[`item ${i}`] = make(i, i + 1 < count ? [link(`item ${i + 1}`)] : []);
  return buildSnapshot(heap);
}

const HEAPS = {
  'a linked list': () => chain(50_000, (i, references) => object('Link', 40, { references }), (next) => property('next', next)),
  'large objects at the end of a list': () => {
    const buffers = Array.from({ length: 40 }, (_, i) => [`buffer ${i}`, object('Buffer', 50_000)]);
    const last = () => buffers.map(([name]) => property(name, name));
    return chain(50_000, (i, references) => object('Link', 40, { references: references.length > 0 ? references : last() }), (next) => property('next', next), Object.fromEntries(buffers));
  },
  'nested concatenated strings': () =>
    chain(30_000, (i, references) => ({ ...string('x'.repeat(60), 32, { references: [...references, ...(i === 0 ? [] : [internal('second', 'global')])] }), type: 'concatenated string' }), (next) => internal('first', next)),
  'long names everywhere': () =>
    chain(300, (i, references) => object(`Class${i}${'<&>"é'.repeat(200)}`, 4000, { references: [...references, property('p'.repeat(1000), 'global')], at: [`/app/${'<dir>'.repeat(200)}/${i}.js`, 1, 1] }), (next) => property(`next${'→'.repeat(1000)}`, next)),
  'texts of a megabyte': () => chain(40, (i, references) => object(`Class${i}${'m'.repeat(1 << 20)}`, 4000, { references }), (next) => property(`n${'n'.repeat(1 << 20)}`, next)),
};

/** The peak of the resident memory of the process that makes a report. */
function reportOn(file, format) {
  const output = path.join(folder, `report.${format}`);
  const script = `process.argv.splice(1, 0, ${JSON.stringify(bin)}); process.on('exit', () => console.error(process.resourceUsage().maxRSS)); require(${JSON.stringify(bin)});`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script, '--', 'report', file, '--format', format, '--output', output, '--show-strings'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { output, peak: Number(stderr) };
}

for (const [name, make] of Object.entries(HEAPS)) {
  test(`${name}: an HTML report has at most 5 MB and takes at most 1.5 times the memory of the text`, posix, (t) => {
    const file = path.join(folder, 'heap.heapsnapshot');
    writeFileSync(file, make());
    const text = reportOn(file, 'text');
    const html = reportOn(file, 'html');
    const { size } = statSync(html.output);
    t.diagnostic(`${size} bytes, ${(html.peak / text.peak).toFixed(2)} times the memory`);
    assert.ok(size <= MAX_BYTES, `${size} bytes`);
    assert.ok(html.peak <= 1.5 * text.peak, `${html.peak} kB, text ${text.peak} kB`);
  });
}

test('a chain of dominators and a path have both ends, and the number of those between', () => {
  const file = path.join(folder, 'list.heapsnapshot');
  writeFileSync(file, HEAPS['a linked list']());
  const html = readFileSync(reportOn(file, 'html').output, 'utf8');
  const { data } = JSON.parse(/<script type="application\/json" id="start">([^<]*)<\/script>/.exec(html)[1]);
  const of = (ask) => Object.entries(data.answers).filter(([key]) => key.startsWith(`${ask} `)).map(([, answer]) => answer);
  const chains = of('dominatorPath').filter((rows) => rows.some(({ omitted }) => omitted > 0));
  assert.ok(chains.length > 0);
  for (const rows of chains) assert.ok(rows.length <= 24, `${rows.length} rows`);
  for (const { paths } of of('retainingPaths')) for (const { steps } of paths) assert.ok(steps.length <= 24, `${steps.length} steps`);
});

test('paths have half a million steps in all, and the last of them more', () => {
  const file = path.join(folder, 'end.heapsnapshot');
  writeFileSync(file, HEAPS['large objects at the end of a list']());
  const html = readFileSync(reportOn(file, 'html').output, 'utf8');
  const { data } = JSON.parse(/<script type="application\/json" id="start">([^<]*)<\/script>/.exec(html)[1]);
  const results = Object.entries(data.answers).filter(([key]) => key.startsWith('retainingPaths '));
  const steps = results.flatMap(([, { paths }]) => paths.map(({ steps, omitted = 0 }) => steps.length + omitted));
  assert.ok(Math.max(...steps) > 50_000 && results.length > 1, `${steps}`);
  assert.ok(steps.reduce((sum, each) => sum + each, 0) < 600_000, `${steps}`);
});
