// Finds the corpus of real snapshots, if there is one.
//
// HEAPRAY_CORPUS is an unpacked folder; otherwise `../shared/corpus` beside the repository is used.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../shared/corpus', import.meta.url));

/** The folder, or `null`. */
export const corpus = [process.env.HEAPRAY_CORPUS, beside].find((folder) => folder && existsSync(folder)) ?? null;

/** For the `skip` option of a test: `false`, or why there is no corpus. */
export const skipWithoutCorpus = corpus ? false : 'no corpus: set HEAPRAY_CORPUS to a folder of snapshots';

/** V8 snapshots and timelines in a folder of the corpus whose names start with `prefix`, sorted. */
export function corpusFiles(folder, prefix = '') {
  if (!corpus) return [];
  const names = readdirSync(path.join(corpus, folder)).sort();
  const snapshots = names.filter((name) => name.startsWith(prefix) && /\.heap(snapshot|timeline)(\.zst)?$/.test(name));
  return snapshots.map((name) => path.join(corpus, folder, name));
}
