// Opens a snapshot in DevTools and in heapray, or says which of them refuses it.

import { load } from './devtools.mjs';
import { HeaprayView } from './heapray.mjs';

/**
 * Opens a snapshot on both sides. `null` when there is nothing to compare: the tally then knows why.
 *
 * @param {() => AsyncIterable<string> | Iterable<string>} chunks the text, for DevTools
 * @param {string | Uint8Array} source the same snapshot, for heapray
 * @param {import('./tally.mjs').Tally} tally
 * @param {{ alwaysMend?: boolean }} [options] see `load` in devtools.mjs
 */
export async function openBoth(chunks, source, tally, options) {
  const oracle = await load(chunks, options);
  const { view, refusal } = await HeaprayView.load(source).then(
    (view) => ({ view }),
    (error) => ({ refusal: `${error.code}: ${error.message}` }),
  );
  if (oracle.judge && view) return { oracle, view };
  view?.close();
  if (oracle.judge) tally.mismatch('opening', () => `DevTools opens it, heapray does not: ${refusal}`);
  else if (view) tally.exempt('cannot-open', 'files');
  else tally.count('files that both refuse');
  return null;
}
