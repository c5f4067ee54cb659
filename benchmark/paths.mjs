// Files and folders of the benchmarks.

import { fileURLToPath } from 'node:url';

const inRepository = place => fileURLToPath(new URL(`../${place}`, import.meta.url));

/** Snapshots that were generated or unpacked. */
export const CACHE = inRepository('.cache/bench');

/** The folder of the packed corpus, which need not exist. */
export const PACKED_CORPUS = inRepository('../shared/corpus');

/** Files that a run writes. */
export const RESULTS = inRepository('benchmark/results.json');
export const README = inRepository('README.md');

/** Folder of the package.json with the other tools. */
export const PEERS = inRepository('benchmark');
