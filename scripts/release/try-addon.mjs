// Tries an addon on its platform, with this Node: loads it and compares answers with known ones.
//
//   node scripts/release/try-addon.mjs FILE.node
//
// Needs only Node.js 18 or later, so that it runs in minimal containers and under emulators.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { tinySnapshot } from '../../__test__/support/snapshots.mjs';

const [file] = process.argv.slice(2);
if (!file) {
  console.error('usage: try-addon.mjs FILE.node');
  process.exit(2);
}
process.env.HEAPRAY_ADDON = path.resolve(file);
const require = createRequire(import.meta.url);
const index = require.resolve('../../index.js');
const { parse, filter, report, diff } = require(index);
const { describePlatform } = require('../../lib/addon/platform.js');

const folder = mkdtempSync(path.join(tmpdir(), 'heapray-try-'));
const tiny = Buffer.from(tinySnapshot());

class Session {
  constructor(i) {
    this.data = new Array(100).fill(i);
  }
}
const sessions = Array.from({ length: 50 }, (_, i) => new Session(i));

/** Compares sizes and dominators with the drawing in snapshots.mjs. */
async function checkTiny(source) {
  const snapshot = await parse(source);
  assert.equal(snapshot.nodeCount, 6);
  assert.equal(snapshot.edgeCount, 6);
  assert.equal(snapshot.totalSize, 1178);
  const { nodes } = await filter(snapshot, { class: 'Session' });
  assert.deepEqual(nodes.map(({ id, selfSize, retainedSize, distance }) => [id, selfSize, retainedSize, distance]), [[7, 1000, 1000, 2]]);
  const { retainedSize } = await snapshot.columns(['retainedSize']);
  assert.deepEqual([...retainedSize], [1178, 120, 20, 1000, 58, 8]);
  snapshot.close();
}

const checks = {
  'bytes, a path, chunks': async () => {
    const tinyFile = path.join(folder, 'tiny.heapsnapshot');
    writeFileSync(tinyFile, tiny);
    for (const source of [tiny, tinyFile, [tiny.subarray(0, 77), tiny.subarray(77)]]) await checkTiny(source);
  },
  'gzip and brotli': async () => {
    for (const bytes of [gzipSync(tiny), brotliCompressSync(tiny)]) await checkTiny([bytes]);
  },
  'this very process': async () => {
    const file = path.join(folder, 'self.heapsnapshot');
    v8.writeHeapSnapshot(file);
    const snapshot = await parse(file);
    const { classes } = await snapshot.classes({ name: 'Session' });
    assert.equal(classes.find(({ name }) => name === 'Session')?.count, sessions.length);
    assert.match(await report(snapshot, { format: 'text' }), /Largest objects/);
    const { classes: changed } = await diff(snapshot, snapshot);
    assert.deepEqual(changed, []);
    snapshot.close();
  },
  'bad input is refused': async () => {
    await assert.rejects(parse([tiny.subarray(0, 300)]), { name: 'HeaprayError', code: 'ERR_TRUNCATED' });
    await assert.rejects(parse(path.join(folder, 'none')), { code: 'ERR_IO' });
  },
  'an aborted parse': async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const parsing = parse(tiny, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(parsing, reason);
  },
  'a worker thread': async () => {
    const script = `require(${JSON.stringify(index)}).parse(require('node:worker_threads').workerData).then((s) => process.exit(s.nodeCount))`;
    const worker = new Worker(script, { eval: true, workerData: tiny });
    assert.equal(await new Promise((resolve) => worker.on('exit', resolve)), 6);
  },
};

try {
  for (const check of Object.values(checks)) await check();
  console.log(`ok  ${path.basename(file)} on ${describePlatform()}: ${Object.keys(checks).join('; ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
