// Where things are.

import { fileURLToPath } from 'node:url';

const inRepository = place => fileURLToPath(new URL(`../${place}`, import.meta.url));

/** Snapshots that were generated or unpacked. */
export const CACHE = inRepository('.cache/bench');

/** Where the corpus lies packed, if it is there at all. */
export const PACKED_CORPUS = inRepository('../shared/corpus');

/** What a run writes. */
export const RESULTS = inRepository('benchmark/results.json');
export const README = inRepository('README.md');

/** Folder of the package.json that names the tools measured against. */
export const PEERS = inRepository('benchmark');
