// Resident memory outside of the JavaScript heap: planted programs, and the bucket in which the report has it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { capture, parse, report } from '../index.js';
import testing from '../testing/index.js';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { temporaryFolder } from './support/fixtures.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

const { checkpoint } = testing;
const program = fileURLToPath(new URL('support/outside-programs.cjs', import.meta.url));
const linux = { skip: process.platform !== 'linux' && 'Linux only' };

const run = (kind, major, ...flags) => {
  const binary = major === undefined ? process.execPath : nodeBinary(major);
  return JSON.parse(execFileSync(binary, [...flags, program, kind, temporaryFolder()], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
};

const growth = ({ before, after }, bucket) => after.buckets[bucket] - before.buckets[bucket];

function checkSums({ before, after }) {
  for (const { resident, buckets } of [before, after]) {
    const sizes = Object.values(buckets);
    assert.equal(sizes.reduce((sum, bytes) => sum + (bytes ?? 0)), resident);
    assert.ok(sizes.every((bytes) => bytes === null || bytes >= 0), JSON.stringify(buckets));
  }
}

/** Programs, the bucket that they fill, the version of Node.js that they need, and the expected verdict. */
const PLANTED = [
  // These are represented by objects of the heap.
  ['arrayBuffers', 'arrayBuffers', undefined, /^(?!.*Resident)/],
  ['webAssembly', 'webAssembly', undefined, /^(?!.*Resident)/],
  ['externalStrings', 'arrayBuffers', undefined, /outside of it: .*ArrayBuffers and external strings/],
  ['workers', 'workers', undefined, /outside of it: .*worker threads and stacks/],
  ['mallocFree', 'mallocFree', undefined, /outside of it: .*freed, but kept by malloc \(fragmentation\)/],
  ['mallocInUse', 'mallocInUse', 24, /outside of it: \d\S+ MB malloc in use \(native addon or runtime\), not ArrayBuffers/],
  ['mappedFiles', 'mappedFiles', 24, /outside of it: .*mapped files and libraries/],
];

for (const [kind, bucket, major, words] of PLANTED) {
  test(`memory that ${kind} fill is in the bucket ${bucket}, within a tenth`, linux, () => {
    const result = run(kind, major);
    checkSums(result);
    const ratio = growth(result, bucket) / result.planted;
    assert.ok(Math.abs(ratio - 1) < 0.1, `${growth(result, bucket)} of ${result.planted}: ${JSON.stringify(result)}`);
    const { bytes, advice } = result.outside.buckets.find((row) => row.bucket === bucket);
    assert.deepEqual(bytes.added, [growth(result, bucket)]);
    assert.match(result.verdict, words);
    // Text is wrapped.
    if (advice !== null) assert.ok(result.text.replace(/\s+/g, ' ').includes(advice), result.text);
    assert.equal(advice !== null, / outside of it: /.test(result.verdict));
    if (major !== undefined) assert.deepEqual([result.suspects, result.outcome], [0, 'grewOutside']);
  });
}

test('a program without growth has no advice', linux, () => {
  const result = run('nothing');
  checkSums(result);
  assert.equal(result.outcome, 'nothingGrew');
  assert.equal(result.outside.isNotable, false);
  assert.doesNotMatch(result.verdict, /Resident/);
});

test('memory that was allocated and never touched is in no bucket', linux, () => {
  const result = run('untouched');
  checkSums(result);
  for (const bucket of ['arrayBuffers', 'mallocInUse']) assert.ok(growth(result, bucket) < 10e6, JSON.stringify(result.after));
});

test('handles that are never closed are counted by type', () => {
  const { planted, outside, text } = run('sockets');
  const { added } = outside.resources.find(({ type }) => type === 'TCPSocketWrap');
  assert.deepEqual(added, [planted]);
  assert.match(text, /Handles and requests: .*TCPSocketWrap 400 \(\+400\)/);
});

test('a bucket that cannot be measured is null with the reason, and the sum is still the resident memory', linux, () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const result = run('arrayBuffers', 24, '--permission', '--allow-addons', `--allow-fs-read=${root}*`);
  checkSums(result);
  for (const bucket of ['mallocInUse', 'mallocFree', 'workers', 'webAssembly', 'mappedFiles']) {
    assert.equal(result.after.buckets[bucket], null);
    assert.match(result.after.missing[bucket], /--allow-fs-read/);
  }
  assert.ok(growth(result, 'arrayBuffers') >= result.planted * 0.9);
});

test('files and bytes have no figures of a process, which are null in reports', async () => {
  const snapshot = await parse(Buffer.from(tinySnapshot()));
  assert.equal(snapshot.memory, null);
  assert.equal((await report(snapshot)).outside, null);
  snapshot.close();
  const file = path.join(temporaryFolder(), 'here.heapsnapshot');
  const captured = await capture({ file });
  assert.ok(captured.memory.resident > 0);
  assert.equal((await report([file, captured])).outside.resident.added.length, 0);
  assert.equal((await report(file)).outside, null);
  captured.close();
});

test('checkpoints of heapray/testing have the figures too', async () => {
  const snapshots = [await checkpoint(), await checkpoint()];
  const { outside } = await report(snapshots);
  assert.equal(outside.resident.added.length, 1);
  assert.equal(outside.isNotable, false);
  for (const snapshot of snapshots) snapshot.close();
});

test('snapshots that watch() keeps in a folder are reported with their figures', linux, () => {
  const { outside, memory, verdict } = run('watched', 24);
  assert.equal(outside.resident.added.length, 1);
  assert.match(verdict, /outside of it: .*malloc in use/);
  assert.equal(memory.resident, outside.resident.after);
});
