// Files for tests: from the corpus if it exists, otherwise created for the test and removed after it.

import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { corpus } from '../corpus.mjs';
import { bigSnapshot } from './snapshots.mjs';

/** A folder that is removed when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapray-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A large snapshot on disk, uncompressed: the corpus's of 288 MB, or a generated one of about `megabytes`. */
export async function bigSnapshotFile(megabytes = 60) {
  const large = corpus && path.join(corpus, 'large.heapsnapshot');
  if (large && existsSync(large)) return large;
  const file = path.join(temporaryFolder(), 'big.heapsnapshot');
  if (large && existsSync(`${large}.zst`) && unpack(['zstd', '-q', '-d', '--long=27', `${large}.zst`, '-o', file])) return file;
  return madeSnapshotFile(megabytes);
}

/** A generated snapshot of about `megabytes`. */
export async function madeSnapshotFile(megabytes) {
  const file = path.join(temporaryFolder(), 'made.heapsnapshot');
  await pipeline(Readable.from(bigSnapshot(megabytes * 18_000)), createWriteStream(file));
  return file;
}

/** The folder of damaged snapshots, or `null`. */
export function badFolder() {
  if (!corpus) return null;
  const unpacked = path.join(corpus, 'bad');
  if (existsSync(unpacked)) return unpacked;
  const archive = path.join(corpus, 'bad.tar.zst');
  const folder = temporaryFolder();
  const command = ['tar', '-I', 'zstd -d --long=27', '-xf', archive, '-C', folder];
  return existsSync(archive) && unpack(command) ? path.join(folder, 'bad') : null;
}

function unpack([command, ...args]) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
