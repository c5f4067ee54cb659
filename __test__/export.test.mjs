// Exports, checked with speedscope's schema and pprof's own decoder.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { parse } from '../index.js';
import { temporaryFolder } from './support/fixtures.mjs';
import { AFTER } from './support/heaps.mjs';

const require = createRequire(import.meta.url);
const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = temporaryFolder();
const file = path.join(folder, 'after.heapsnapshot');
writeFileSync(file, AFTER);
const snapshot = await parse(file);
const tree = await snapshot.dominatorTree({ depth: 100, limit: 1000 });
snapshot.close();

function heapray(...args) {
  return spawnSync(process.execPath, [bin, 'export', file, ...args], { maxBuffer: 64 << 20 });
}

function exported(...args) {
  const { status, stdout, stderr } = heapray(...args);
  assert.equal(status, 0, `${stderr}`);
  return stdout;
}

/** Stacks of frame names with their bytes, which are the same in both formats. */
function bytesByFrame(stacks) {
  const own = new Map();
  const total = new Map();
  const add = (map, name, bytes) => map.set(name, (map.get(name) ?? 0) + bytes);
  for (const { names, bytes } of stacks) {
    add(own, names.at(-1), bytes);
    for (const name of new Set(names)) add(total, name, bytes);
  }
  return { own, total };
}

function speedscopeStacks({ shared, profiles: [{ samples, weights }] }) {
  return samples.map((sample, i) => ({ names: sample.map((frame) => shared.frames[frame].name), bytes: weights[i] }));
}

function pprofStacks({ sample, location, function: functions, stringTable }) {
  const nameOf = (id) => stringTable.strings[functions.find((each) => each.id === location.find((each) => each.id === id).line[0].functionId).name];
  return sample.map(({ locationId, value: [bytes] }) => ({ names: locationId.map(nameOf).reverse(), bytes: Number(bytes) }));
}

function checkSizes({ own, total }) {
  assert.equal(total.get('(root)'), tree.retainedSize);
  assert.equal(own.get('Session'), 30 * 104);
  const server = tree.children.flatMap((child) => [child, ...child.children]).find(({ className }) => className === 'Server');
  assert.equal(total.get('Server'), server.retainedSize);
  assert.ok(own.has('handle()') && own.has('(string)'));
  assert.ok(![...own.keys()].some((name) => name.includes('secret text')), 'contents of strings are not told');
}

test('a speedscope export matches the schema, and its totals are retained sizes', () => {
  const profile = JSON.parse(exported('--format', 'speedscope'));
  // The schema's formats, such as https, are informative only.
  const validate = new (require('ajv').default)({ strict: false }).compile(
    JSON.parse(readFileSync(require.resolve('speedscope/dist/release/file-format-schema.json'), 'utf8')),
  );
  assert.ok(validate(profile), JSON.stringify(validate.errors));
  assert.equal(profile.name, 'after.heapsnapshot');
  assert.equal(profile.profiles[0].unit, 'bytes');
  assert.equal(profile.profiles[0].weights.reduce((sum, weight) => sum + weight), profile.profiles[0].endValue);
  checkSizes(bytesByFrame(speedscopeStacks(profile)));
  const session = profile.shared.frames.find(({ name }) => name === 'Session');
  assert.deepEqual(session, { name: 'Session', file: '/app/src/session.js', line: 12, col: 3 });
});

test('pprof decodes an export to the same stacks', () => {
  const profile = Profile.decode(gunzipSync(exported('--format', 'pprof')));
  const { strings } = profile.stringTable;
  assert.deepEqual(profile.sampleType.map(({ type, unit }) => [strings[type], strings[unit]]), [['inuse_space', 'bytes']]);
  assert.equal(strings[0], '');
  const stacks = pprofStacks(profile);
  checkSizes(bytesByFrame(stacks));
  assert.deepEqual(stacks, speedscopeStacks(JSON.parse(exported('--format', 'speedscope'))));
  const session = profile.function.find(({ name }) => strings[name] === 'Session');
  assert.deepEqual([strings[session.filename], session.startLine].map(String), ['/app/src/session.js', '12']);
});

test('sizes of more than four gigabytes are exact in both', () => {
  const { toPprof } = require('../lib/export/pprof.js');
  const { toSpeedscope } = require('../lib/export/speedscope.js');
  const selfSize = 2 ** 52 + 1;
  const huge = { type: 'object', name: 'Huge', className: 'Huge', selfSize, retainedSize: selfSize, source: null, children: [], rest: { count: 0, retainedSize: 0 } };
  const [sample] = Profile.decode(gunzipSync(toPprof(huge, { title: 'huge' }))).sample;
  assert.equal(BigInt(sample.value[0]), BigInt(selfSize));
  assert.deepEqual(JSON.parse(toSpeedscope(huge, { title: 'huge' })).profiles[0].weights, [selfSize]);
});

test('objects too small for a row are counted', () => {
  const { stacksOf } = require('../lib/export/stacks.js');
  const root = { type: 'synthetic', name: '', className: '(synthetic)', selfSize: 0, retainedSize: 12, source: null, children: [], rest: { count: 3, retainedSize: 12 } };
  const { frames, stacks } = stacksOf(root);
  assert.deepEqual(stacks.map(({ frames: numbers, bytes }) => [numbers.map((number) => frames[number].name), bytes]), [[['(root)', '(smaller objects)'], 12]]);
});

test('an export starts at any object, and is written to a file', () => {
  const target = path.join(folder, 'one.speedscope.json');
  assert.equal(exported('--format', 'speedscope', '--root', '@1001', '-o', target).length, 0);
  const { total } = bytesByFrame(speedscopeStacks(JSON.parse(readFileSync(target, 'utf8'))));
  assert.equal(total.get('Session'), 104 + 8000);
});

test('an export needs a format and an existing object', () => {
  assert.equal(heapray().status, 2);
  assert.equal(heapray('--format', 'svg').status, 2);
  assert.equal(heapray('--format', 'pprof', '--root', '4').status, 2);
});
