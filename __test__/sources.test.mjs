// Every kind of source gives the same snapshot.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import zlib from 'node:zlib';
import { parse } from '../index.js';
import { temporaryFolder } from './support/fixtures.mjs';
import { posix } from './support/platform.mjs';
import { bigSnapshot, tinySnapshot } from './support/snapshots.mjs';

const folder = temporaryFolder();
const text = tinySnapshot();
const bytes = Buffer.from(text);
const file = path.join(folder, 'tiny.heapsnapshot');
writeFileSync(file, text);

const arrayBuffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const shared = new SharedArrayBuffer(bytes.length);
new Uint8Array(shared).set(bytes);

/** Splits the text into code units, and so the emoji into its surrogates. */
const units = (string) => string.split('');

async function* asynchronously(chunks) {
  for (const chunk of chunks) {
    await null;
    yield chunk;
  }
}

const sources = {
  'a path': () => file,
  'a relative path': () => path.relative(process.cwd(), file),
  'a file: URL': () => pathToFileURL(file),
  'a Buffer': () => bytes,
  'a Uint8Array': () => new Uint8Array(arrayBuffer),
  'a Uint8Array into a larger buffer': () => Buffer.concat([Buffer.alloc(9), bytes, Buffer.alloc(5)]).subarray(9, 9 + bytes.length),
  'a DataView': () => new DataView(arrayBuffer),
  'an ArrayBuffer': () => arrayBuffer,
  'a SharedArrayBuffer': () => shared,
  'a Node stream': () => createReadStream(file),
  'a Node stream of single bytes': () => createReadStream(file, { highWaterMark: 1 }),
  'a Node stream of text': () => createReadStream(file, { encoding: 'utf8', highWaterMark: 3 }),
  'a PassThrough': () => createReadStream(file).pipe(new PassThrough()),
  'a web stream': () => Readable.toWeb(createReadStream(file)),
  'a web stream of text': () => new Blob([text]).stream().pipeThrough(new TextDecoderStream()),
  'an array of Buffers': () => [bytes.subarray(0, 300), bytes.subarray(300)],
  'an array with one text': () => [text],
  'an array of ArrayBuffers': () => [arrayBuffer.slice(0, 10), arrayBuffer.slice(10)],
  'a set of views of shared memory': () => new Set([new Uint8Array(shared, 0, 7), new Uint8Array(shared, 7)]),
  'an iterable of UTF-16 units': () => units(text),
  'an async iterable of UTF-16 units': () => asynchronously(units(text)),
  'text and bytes in turns': () => [text.slice(0, 40), bytes.subarray(40, 80), '', text.slice(80)],
  'an async generator of bytes': () => asynchronously(Array.from(bytes, (byte) => Uint8Array.of(byte))),
  gzip: () => zlib.gzipSync(bytes),
  'gzip in a stream of single bytes': () => Readable.from(Array.from(zlib.gzipSync(bytes), (byte) => Buffer.of(byte))),
  brotli: () => zlib.brotliCompressSync(bytes),
  'brotli in a stream of single bytes': () => Readable.from(Array.from(zlib.brotliCompressSync(bytes), (byte) => Buffer.of(byte))),
  'brotli in ArrayBuffers': () => [Uint8Array.from(zlib.brotliCompressSync(bytes)).buffer],
};

for (const [name, open] of Object.entries(sources)) {
  test(`${name} gives the snapshot`, async () => {
    const snapshot = await parse(open());
    try {
      assert.equal(snapshot.nodeCount, 6);
      assert.equal(snapshot.edgeCount, 6);
      assert.equal(snapshot.totalSize, 1178);
      assert.equal((await snapshot.node(11)).name, 'Näme 😀');
    } finally {
      snapshot.close();
    }
  });
}

test('a path is read by its content: gzip, zstd and brotli need no file name', async () => {
  const names = { 'gzip.heapsnapshot': zlib.gzipSync(bytes), 'brotli.heapsnapshot': zlib.brotliCompressSync(bytes) };
  if (zlib.zstdCompressSync) names['zstd.heapsnapshot'] = zlib.zstdCompressSync(bytes);
  for (const [name, content] of Object.entries(names)) {
    writeFileSync(path.join(folder, name), content);
    const snapshot = await parse(path.join(folder, name));
    assert.equal(snapshot.nodeCount, 6, name);
    snapshot.close();
  }
});

test('a snapshot of this process is read from v8.getHeapSnapshot()', async () => {
  class PlantedForSources {}
  globalThis.planted = Array.from({ length: 321 }, () => new PlantedForSources());
  const snapshot = await parse(v8.getHeapSnapshot());
  const { classes } = await snapshot.classes({ name: 'PlantedForSources' });
  assert.equal(classes[0].count, 321);
  snapshot.close();
  delete globalThis.planted;
});

test('a snapshot of a worker is read from worker.getHeapSnapshot()', async () => {
  const worker = new Worker('setInterval(() => {}, 1000); require("worker_threads").parentPort.postMessage(0)', { eval: true });
  await new Promise((resolve) => worker.once('message', resolve));
  const snapshot = await parse(await worker.getHeapSnapshot());
  assert.ok(snapshot.nodeCount > 10_000);
  snapshot.close();
  await worker.terminate();
});

test('a large snapshot is the same from a file, from one Buffer and from small chunks', async () => {
  const big = path.join(folder, 'big.heapsnapshot');
  await pipeline(Readable.from(bigSnapshot(200_000)), createWriteStream(big));
  const rows = [];
  for (const source of [big, readFileSync(big), createReadStream(big), bigSnapshot(200_000), [readFileSync(big)]]) {
    const snapshot = await parse(source);
    const { retainedSize, distance } = await snapshot.columns(['retainedSize', 'distance']);
    rows.push([snapshot.nodeCount, snapshot.edgeCount, snapshot.totalSize, retainedSize, distance]);
    snapshot.close();
  }
  assert.equal(rows[0][0], 200_000);
  for (const row of rows) assert.deepEqual(row, rows[0]);
});

test('a pipe is read without blocking a thread or other jobs', posix, async () => {
  const fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const fromPipe = parse(fifo);
  const beside = await parse(file);
  assert.equal(beside.nodeCount, 6);
  beside.close();
  spawn('sh', ['-c', `cat '${file}' > '${fifo}'`]);
  const snapshot = await fromPipe;
  assert.equal(snapshot.nodeCount, 6);
  snapshot.close();
});

test('a failing stream rejects with its own error and is destroyed', async () => {
  const failure = new Error('the disk is on fire');
  const stream = new Readable({
    read() {},
  });
  stream.push(text.slice(0, 100));
  setImmediate(() => stream.destroy(failure));
  await assert.rejects(parse(stream), (error) => error === failure);
  assert.ok(stream.destroyed);
});

test('a stream of other data is rejected and destroyed, not read to its end', async () => {
  let chunks = 0;
  const endless = new Readable({
    read() {
      chunks += 1;
      this.push(Buffer.alloc(65_536, 'x'));
    },
  });
  await assert.rejects(parse(endless), { code: 'ERR_NOT_A_SNAPSHOT' });
  assert.ok(endless.destroyed);
  assert.ok(chunks < 1000, `${chunks} chunks`);
});

test('a generator is closed when its chunks are invalid', async () => {
  let ended = false;
  const source = (function* () {
    try {
      for (;;) yield Buffer.alloc(1 << 20, '[');
    } finally {
      ended = true;
    }
  })();
  await assert.rejects(parse(source), { code: 'ERR_NOT_A_SNAPSHOT' });
  assert.ok(ended);
});

test('a source that is no snapshot is refused by its first bytes, even if it stays open', async () => {
  const silent = new PassThrough();
  silent.write(Buffer.alloc(19_000, 'junk '));
  await assert.rejects(parse(silent), { code: 'ERR_NOT_A_SNAPSHOT' });
  assert.ok(silent.destroyed);
});

test('a chunk may be reused by its source once the next is asked for', async () => {
  const reused = Buffer.alloc(10);
  const source = (async function* () {
    for (let at = 0; at < bytes.length; at += reused.length) {
      const length = bytes.copy(reused, 0, at, at + reused.length);
      yield reused.subarray(0, length);
      reused.fill(0xff);
    }
  })();
  const snapshot = await parse(source);
  assert.equal((await snapshot.node(11)).name, 'Näme 😀');
  snapshot.close();
});
