// Reads a file as chunks of text, independently of heapray.

import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import zlib from 'node:zlib';
import { nodeBinary } from '../../scripts/node-versions.mjs';

const chunkBytes = 4 << 20;

/** The text of a snapshot file, plain, gzip, zstd or brotli (by the name `.br`), in chunks. */
export async function* readText(file) {
  const decoder = new StringDecoder('utf8');
  for await (const bytes of await decompressed(file)) yield decoder.write(bytes);
  yield decoder.end();
}

async function decompressed(file) {
  const bytes = () => createReadStream(file, { highWaterMark: chunkBytes });
  const magic = await firstBytes(file);
  if (magic === '28b52ffd') return unzstd(bytes());
  if (magic.startsWith('1f8b')) return bytes().pipe(zlib.createGunzip({ chunkSize: chunkBytes }));
  if (file.endsWith('.br')) return bytes().pipe(zlib.createBrotliDecompress({ chunkSize: chunkBytes }));
  return bytes();
}

async function firstBytes(file) {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('hex', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

// Node knows zstd from 22.15 on; an older one asks a newer one.
function unzstd(bytes) {
  if (zlib.createZstdDecompress) return bytes.pipe(zlib.createZstdDecompress({ chunkSize: chunkBytes }));
  const program = 'process.stdin.pipe(require("zlib").createZstdDecompress()).pipe(process.stdout)';
  const newer = spawn(nodeBinary(24), ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  newer.once('exit', (code) => {
    if (code !== 0) newer.stdout.destroy(new Error(`zstd: Node 24 ended with code ${code}`));
  });
  bytes.pipe(newer.stdin);
  return newer.stdout;
}
