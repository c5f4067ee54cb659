// Damaged input: the error and its offset are the same for every source and split.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createReadStream, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { HeaprayError, parse } from '../index.js';
import { badFolder, temporaryFolder } from './support/fixtures.mjs';
import { posix } from './support/platform.mjs';
import { tinySnapshot } from './support/snapshots.mjs';

/** The result of a source: its error's code, section and offset, or its totals. */
async function outcome(source) {
  try {
    const snapshot = await parse(source, { maxBytes: 256e6 });
    const { nodeCount: nodes, edgeCount: edges, totalSize: size } = snapshot;
    snapshot.close();
    return { nodes, edges, size };
  } catch (error) {
    assert.ok(error instanceof HeaprayError, `${error?.stack}`);
    assert.notEqual(error.code, 'ERR_INTERNAL', error.message);
    const { code, section, offset, message } = error;
    return { code, section, offset, message };
  }
}

/** The same bytes as every kind of source. */
async function everyOutcome(file) {
  const bytes = readFileSync(file);
  return {
    path: await outcome(file),
    buffer: await outcome(bytes),
    stream: await outcome(createReadStream(file, { highWaterMark: 1021 })),
    chunks: await outcome((function* () {
      for (let at = 0; at < bytes.length; at += 100_003) yield bytes.subarray(at, at + 100_003);
    })()),
  };
}

const folder = badFolder();

test('the corpus of damaged snapshots gives the expected errors from path, Buffer and stream', { skip: folder ? false : 'no corpus' }, async (t) => {
  const expectations = JSON.parse(readFileSync(path.join(folder, 'expect.json'), 'utf8'));
  const names = readdirSync(folder).filter((name) => name !== 'expect.json');
  let compared = 0;
  for (const name of names) {
    const outcomes = await everyOutcome(path.join(folder, name));
    for (const road of ['buffer', 'stream', 'chunks']) {
      assert.deepEqual(outcomes[road], outcomes.path, `${name}: ${road} differs from path`);
      compared += 1;
    }
    const { expect, stats } = expectations[name] ?? { expect: 'either' };
    const { code, message, nodes, edges } = outcomes.path;
    if (expect === 'reject') assert.ok(code, `${name} was accepted`);
    if (expect === 'accept') assert.equal(code, undefined, `${name}: ${message}`);
    if (!code && stats) assert.deepEqual({ nodes, edges }, { nodes: stats.nodes, edges: stats.edges }, name);
  }
  assert.ok(names.length > 90, `${names.length} files`);
  t.diagnostic(`${names.length} files, ${compared} comparisons`);
});

test('every truncation of a snapshot is rejected, with its offset within the input', async () => {
  const bytes = Buffer.from(tinySnapshot());
  for (let length = 0; length < bytes.length; length += 1) {
    const { code, offset } = await outcome(bytes.subarray(0, length));
    assert.ok(['ERR_TRUNCATED', 'ERR_EMPTY', 'ERR_NOT_A_SNAPSHOT', 'ERR_SECTION'].includes(code), `${length}: ${code}`);
    assert.ok(offset === undefined || offset <= length, `${length}: offset ${offset}`);
  }
});

test('an error has its section, offset, what was expected and what was found', async () => {
  const text = tinySnapshot().replace('"nodes":[9,0,1,', '"nodes":[9,0,oops,');
  const file = path.join(temporaryFolder(), 'oops.heapsnapshot');
  writeFileSync(file, text);
  await assert.rejects(parse(file), (error) => {
    assert.ok(error instanceof HeaprayError);
    assert.equal(error.name, 'HeaprayError');
    assert.equal(error.code, 'ERR_SYNTAX');
    assert.equal(error.section, 'nodes');
    assert.equal(error.offset, text.indexOf('oops'));
    assert.match(error.expected, /number/);
    assert.match(error.found, /o/);
    return true;
  });
});

test('a file that cannot be read is ERR_IO with the system\'s error as cause', async () => {
  const isIo = (code) => (error) => {
    assert.ok(error instanceof HeaprayError);
    assert.equal(error.code, 'ERR_IO');
    assert.equal(error.cause.code, code);
    return true;
  };
  const folder = temporaryFolder();
  await assert.rejects(parse(path.join(folder, 'none.heapsnapshot')), isIo('ENOENT'));
  await assert.rejects(parse(folder), isIo('EISDIR'));
});

for (const [format, compress] of [['gzip', gzipSync], ['brotli', brotliCompressSync]]) {
  test(`maxBytes counts decompressed bytes of ${format}`, async () => {
    const text = tinySnapshot();
    await assert.rejects(parse(compress(text), { maxBytes: text.length - 1 }), { code: 'ERR_TOO_LARGE' });
    const snapshot = await parse(compress(text), { maxBytes: Buffer.byteLength(text) });
    assert.equal(snapshot.nodeCount, 6);
    snapshot.close();
  });
}

test('truncated brotli is an error that says so', async () => {
  const compressed = brotliCompressSync(tinySnapshot());
  for (const source of [compressed.subarray(0, -4), [compressed.subarray(0, 7), compressed.subarray(7, -4)]]) {
    await assert.rejects(parse(source), (error) => {
      assert.equal(error.code, 'ERR_TRUNCATED');
      assert.equal(error.expected, 'the rest of the brotli stream');
      assert.equal(error.found, `the end after ${compressed.length - 4} compressed bytes`);
      return true;
    });
  }
});

test('a decompression bomb ends at maxBytes', async () => {
  const bomb = brotliCompressSync(Buffer.alloc(64 << 20, 0x20));
  await assert.rejects(parse(bomb, { maxBytes: 1 << 20 }), { code: 'ERR_TOO_LARGE' });
  await assert.rejects(parse([bomb], { maxBytes: 1 << 20 }), { code: 'ERR_TOO_LARGE' });
});

test('bytes that are neither text nor compressed are no snapshot, from any source', async () => {
  const whole = brotliCompressSync(tinySnapshot());
  const picture = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(5000, 7)]);
  const inputs = [picture, Buffer.concat([whole, Buffer.from('more')]), brotliCompressSync('a poem')];
  const file = path.join(temporaryFolder(), 'picture.heapsnapshot');
  for (const bytes of inputs) {
    writeFileSync(file, bytes);
    for (const source of [bytes, file, [bytes]]) {
      await assert.rejects(parse(source), { code: 'ERR_NOT_A_SNAPSHOT' });
    }
  }
});

/** Bytes that are always the same and look like nothing. */
function noise(length) {
  let state = length;
  return Buffer.from(Array.from({ length }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24));
}

const OTHER_FORMATS = {
  zeros: Buffer.alloc(4),
  zip: Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'),
  xz: Buffer.from('\xfd7zXZ\0\0\x04', 'latin1'),
  lz4: Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40]),
  bzip2: Buffer.from('BZh91AY&SY', 'latin1'),
  ELF: Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'),
  PNG: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  WebAssembly: Buffer.from('\0asm\x01\0\0\0', 'latin1'),
  SQLite: Buffer.from('SQLite format 3\0', 'latin1'),
  'gzip with an unknown method': Buffer.from([0x1f, 0x8b, 0x09, 0x00]),
  ones: Buffer.alloc(4, 0xff),
  'a brace': Buffer.from('{'),
  'nothing else': Buffer.alloc(0),
};

const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));

test('files of any other format are no snapshot, at an offset, from wherever they come', async () => {
  const file = path.join(temporaryFolder(), 'other.heapsnapshot');
  for (const [name, head] of Object.entries(OTHER_FORMATS)) {
    for (const rest of [Buffer.alloc(0), noise(100), noise(70_000), Buffer.alloc(100_000), noise(1 << 20)]) {
      const bytes = Buffer.concat([head, rest]);
      // A brace alone may become a snapshot, and nothing is empty.
      if (bytes.length <= 1) continue;
      writeFileSync(file, bytes);
      const { path: fromPath, ...others } = await everyOutcome(file);
      assert.equal(fromPath.code, 'ERR_NOT_A_SNAPSHOT', `${name} and ${rest.length} more: ${fromPath.message}`);
      assert.equal(typeof fromPath.offset, 'number', name);
      for (const [road, other] of Object.entries(others)) assert.deepEqual(other, fromPath, `${name} and ${rest.length} more by ${road}`);
    }
  }
});

test('the command line says of every other format that it is no snapshot', () => {
  const file = path.join(temporaryFolder(), 'other.heapsnapshot');
  writeFileSync(file, Buffer.alloc(100_000));
  // Redaction needs the addon.
  const redact = process.env.HEAPRAY_ADDON === 'wasm' ? [] : [['redact', file, `${file}.out`]];
  for (const args of [['report', file], ['classes', file], ['diff', file, file], ...redact]) {
    const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
    assert.match(stderr, /at byte 0\..*\[ERR_NOT_A_SNAPSHOT\]\n$/, args[0]);
    assert.equal(status, 3, args[0]);
  }
});

test('a device that never ends is no snapshot', posix, async () => {
  for (const device of ['/dev/zero', '/dev/urandom']) await assert.rejects(parse(device), { code: 'ERR_NOT_A_SNAPSHOT', offset: 0 });
});

test('a source of compressed bytes that fails rejects with its own error', async () => {
  const compressed = brotliCompressSync(tinySnapshot());
  const failure = new Error('the disk is on fire');
  const source = async function* () {
    yield compressed.subarray(0, 20);
    throw failure;
  };
  await assert.rejects(parse(source()), (error) => error === failure);
  await assert.rejects(parse([compressed.subarray(0, 20), 7]), { code: 'ERR_INVALID_ARGUMENT' });
});

test('bytes that are not UTF-8 become replacement characters, as in DevTools', async () => {
  const latin1 = Buffer.from(tinySnapshot().replace('Näme 😀', 'N\xe4me \x80\xff'), 'latin1');
  for (const source of [latin1, Array.from(latin1, (byte) => Uint8Array.of(byte)), gzipSync(latin1)]) {
    const snapshot = await parse(source);
    assert.equal((await snapshot.node(11)).name, 'N\ufffdme \ufffd\ufffd');
    snapshot.close();
  }
});

test('bad arguments reject with a TypeError that shows the value', async () => {
  const isArgumentError = (pattern) => (error) => {
    assert.ok(error instanceof TypeError);
    assert.equal(error.code, 'ERR_INVALID_ARGUMENT');
    assert.match(error.message, pattern);
    return true;
  };
  for (const source of [undefined, null, 7, true, {}, () => {}, Symbol('s')]) {
    await assert.rejects(parse(source), isArgumentError(/^source must be a path, bytes/));
  }
  await assert.rejects(parse(''), isArgumentError(/received ''/));
  await assert.rejects(parse('{"snapshot":{}}'), isArgumentError(/put text into a Buffer/));
  await assert.rejects(parse(new URL('https://example.org/a')), isArgumentError(/file: URL/));
  await assert.rejects(parse([Buffer.from('{'), 7]), isArgumentError(/a chunk of the source .* received 7/));
  await assert.rejects(parse([], null), isArgumentError(/options must be an object, received null/));
  await assert.rejects(parse([], { maxBytes: -1 }), isArgumentError(/maxBytes .* received -1/));
  await assert.rejects(parse([], { signal: 'stop' }), isArgumentError(/signal must be an AbortSignal, received 'stop'/));
  await assert.rejects(parse([], { onProgress: 5 }), isArgumentError(/onProgress must be a function, received 5/));
});
