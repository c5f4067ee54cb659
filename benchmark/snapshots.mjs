// Finds the snapshot for a size or a path, generated or unpacked if necessary.

import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { SIZES, generate } from './generate.mjs';
import { CACHE, PACKED_CORPUS } from './paths.mjs';

/** A snapshot by its path. */
export function snapshotAt(file) {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size;
  if (!bytes) throw new Error(`there is no snapshot ${file}`);
  return { name: path.basename(file).replace(/\.heapsnapshot$/, ''), file: path.resolve(file), bytes };
}

/** A snapshot by its size, from the unpacked or packed corpus, or generated. */
export async function snapshotOfSize(size) {
  if (!SIZES.includes(size)) throw new Error(`--size is one of ${SIZES.join(', ')}, not ${size}`);
  const name = `${size}.heapsnapshot`;
  const unpacked = path.join(process.env.HEAPRAY_CORPUS ?? CACHE, name);
  if (existsSync(unpacked)) return snapshotAt(unpacked);
  const packed = path.join(PACKED_CORPUS, `${name}.zst`);
  if (existsSync(packed)) return snapshotAt(await unpack(packed, path.join(CACHE, name)));
  const generated = path.join(CACHE, `generated-${name}`);
  if (!existsSync(generated)) {
    console.error(`generating a ${size} snapshot …`);
    await generate({ file: generated, size });
  }
  return snapshotAt(generated);
}

async function unpack(packed, file) {
  if (existsSync(file)) return file;
  console.error(`unpacking ${path.basename(packed)} …`);
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  const { stream, ended } = unzstd(createReadStream(packed));
  await Promise.all([pipeline(stream, createWriteStream(unfinished)), ended]);
  await rename(unfinished, file);
  return file;
}

/** Node reads zstd from version 22.15 on. Before, another Node is run. */
function unzstd(bytes) {
  if (zlib.createZstdDecompress) return { stream: bytes.pipe(zlib.createZstdDecompress()) };
  const program = "process.stdin.pipe(require('zlib').createZstdDecompress()).pipe(process.stdout)";
  const newer = spawn(nodeBinary(24), ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  bytes.pipe(newer.stdin);
  const ended = new Promise((resolve, reject) => {
    newer.once('exit', code => (code === 0 ? resolve() : reject(new Error(`unpacking ended with exit code ${code}`))));
  });
  return { stream: newer.stdout, ended };
}
