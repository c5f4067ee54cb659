'use strict';

// What is known of a heap → the memory V8 and the parser beside it take for a snapshot, at their peak.
//
// V8 describes every object and reference before it writes the first byte, in memory of its own, and keeps every
// different text. One that it makes with printf, such as the index of a slot, stays in a buffer of 1 kB: that is why a
// Map of 300,000 entries costs as much as a million objects and many small Maps do not. The prices are the highest of
// Node 20 to 26 (docs/capture.md has the table, `npm run bench:capture` makes it).

/** Bytes for each thing that a census counts, and for an empty program. */
const PRICES = { nodes: 230, edges: 52, strings: 80, formatted: 1280, text: 1.7 };
const EMPTY_PROGRAM = 7e6;

/** Without a census, bytes for each byte of heap: of ordinary objects, and of the large object spaces. */
const PRICE_OF_SMALL = 22;
const PRICE_OF_LARGE = 34;
const EMPTY_PROGRAM_UNCOUNTED = 40e6;

/** The factor by which two captures of the same heap may differ. */
const REPEATS_WITHIN = 1.06;
const REPEATS_WITHIN_BYTES = 2e6;
/**
 * What a first capture leaves, which the next need not take again: V8's table of ids, for each object, and code and threads.
 * The table has 75 bytes for each, of which so many are saved: the peak is higher, too.
 */
const ID_BYTES = 45;
const ONCE_BYTES = 8e6;
/** No estimate has been seen to be higher than this many times the rise; what was learned from a lower rise is not believed. */
const HIGHEST_RATIO = 7;

/**
 * @typedef {import('./census.js').Census} Census
 * @typedef {{ heapUsed: number, largeObjects: number, exact: boolean, census: Census | null }} Heap
 */

/** Entries may be deleted for the first time between two captures: with that a capture costs at most so many times the last. */
const DELETING_BEGINS = 1.45;

/** Of the table, and of the array that it belongs to. */
const REFERENCES_OF_A_SLOT = 2;

const KINDS = Object.keys(PRICES);

/** @param {Partial<Census>} census */
const priceOf = (census) => KINDS.reduce((sum, kind) => sum + PRICES[kind] * Math.max(0, census[kind]), 0);

/** Upper bound, with no earlier capture to go by. @param {Heap} heap */
function costOf({ heapUsed, largeObjects, census }) {
  if (census) return EMPTY_PROGRAM + priceOf(census) + PRICES.formatted * census.deleted;
  return EMPTY_PROGRAM_UNCOUNTED + PRICE_OF_SMALL * (heapUsed - largeObjects) + PRICE_OF_LARGE * largeObjects;
}

/**
 * What `heap` has more of than `before`: what has been freed since may have cost nothing.
 * @param {number} indices Those of the snapshot of `before`. Tables that had more slots may have been filled by new objects
 * without having become larger.
 * @returns {Partial<Census> & { deleted: number }} `deleted`: texts of entries deleted since, at most.
 */
function growthOf({ census }, { heap: { census: before }, indices }) {
  const grown = Object.fromEntries(KINDS.map((kind) => [kind, Math.max(0, census[kind] - before[kind])]));
  const filled = Math.min(grown.nodes, Math.max(0, Math.min(before.slots, census.slots) - indices));
  const formatted = grown.formatted + filled;
  const deleted = Math.max(0, Math.min(census.deleted, census.slots + census.deleted - indices - formatted));
  return { ...grown, formatted, edges: grown.edges + REFERENCES_OF_A_SLOT * filled, deleted };
}

/** What captures of one thread have cost so far. */
class Experience {
  #last = null;

  /**
   * @param {Heap} heap Before the capture.
   * @param {{ rss: { before: number, peak: number, after: number }, graph: number, nodes: number, indices: number, deletes: boolean, forgetsIds: boolean }} capture
   * `graph`: bytes of the snapshot, which `rss.after` has too; `nodes`, `indices` of tables and deleted entries: in it.
   */
  learn(heap, { rss, graph, nodes, indices, deletes, forgetsIds }) {
    if (!heap.exact) return;
    const mayStay = ONCE_BYTES + (forgetsIds ? 0 : ID_BYTES * nodes);
    const stays = Math.min(mayStay, Math.max(0, rss.after - rss.before - graph));
    this.#last = { heap, indices, deletes, cost: Math.max(0, rss.peak - rss.before - stays) };
  }

  /** @param {Heap} heap */
  estimate(heap) {
    const bound = costOf(heap);
    if (this.#last === null) return bound;
    return Math.min(bound, Math.max(this.#again(heap, this.#last), bound / HIGHEST_RATIO));
  }

  #again(heap, { heap: before, indices, deletes, cost }) {
    const same = REPEATS_WITHIN * cost + REPEATS_WITHIN_BYTES;
    if (!heap.census || !before.census) return same + PRICE_OF_LARGE * Math.max(0, heap.heapUsed - before.heapUsed);
    const growth = growthOf(heap, { heap: before, indices });
    const again = same + priceOf(growth);
    const all = again + PRICES.formatted * growth.deleted;
    return deletes ? all : Math.max(again, Math.min(all, DELETING_BEGINS * cost));
  }
}

module.exports = { Experience, costOf };
