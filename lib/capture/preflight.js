'use strict';

// What a capture will cost, against what is left: refused before it begins, never killed halfway.
//
// V8 describes every object before it writes the first byte, in memory of its own. By heap in use
// that costs 3 to 11 times in the programs measured, up to 17 times where objects are tiny, and 13
// times for large arrays of references (docs/capture.md has the table). A process's own last
// capture says it better than any table, so from the second on that counts.

const v8 = require('node:v8');
const { HeaprayError } = require('../api/errors.js');
const { formatBytes } = require('../format/numbers.js');
const { memoryState } = require('./memory.js');

/** V8's cost, and the graph beside it, for a byte of heap: of ordinary objects, and of the large object spaces. */
const COST_OF_SMALL = 16;
const COST_OF_LARGE = 13;
/** What an empty program's capture costs: V8's built-in objects. */
const COST_AT_LEAST = 40e6;
/** Two captures of one process resemble each other, but what has grown since may be of another kind. */
const MARGIN = 1.25;

/** Peak rise for each byte of heap in the last capture of this thread; 0 before the first. */
let lastRatio = 0;

/**
 * @typedef {{ heapUsed: number, largeObjects: number, exact: boolean }} Heap
 * @typedef {import('../../index.d.ts').Preflight} Preflight
 */

/** @returns {Heap} This thread's. */
function ownHeap() {
  const spaces = v8.getHeapSpaceStatistics().filter(({ space_name }) => space_name.includes('large_object'));
  return {
    heapUsed: v8.getHeapStatistics().used_heap_size,
    largeObjects: spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0),
    exact: true,
  };
}

/**
 * A worker's. Node.js before 22.16 does not tell how large it is: then it is taken for all memory that is not
 * this thread's.
 * @returns {Promise<Heap>}
 */
async function workerHeap(worker) {
  if (typeof worker.getHeapStatistics === 'function') {
    const { used_heap_size } = await worker.getHeapStatistics();
    return { heapUsed: used_heap_size, largeObjects: 0, exact: true };
  }
  const heapUsed = Math.max(0, process.memoryUsage.rss() - v8.getHeapStatistics().total_physical_size);
  return { heapUsed, largeObjects: 0, exact: false };
}

/** @param {Heap} heap */
function estimate({ heapUsed, largeObjects }) {
  if (lastRatio > 0) return Math.max(COST_AT_LEAST, lastRatio * MARGIN * heapUsed);
  return COST_AT_LEAST + COST_OF_SMALL * (heapUsed - largeObjects) + COST_OF_LARGE * largeObjects;
}

/** Learns from a capture what captures of this process cost. */
function learn(heap, rss) {
  if (heap.exact && heap.heapUsed > 0) lastRatio = Math.max(0, rss.peak - rss.before) / heap.heapUsed;
}

/**
 * @param {Heap} heap
 * @returns {Preflight}
 */
function preflight(heap, state = memoryState()) {
  const [tightest] = state.limits;
  const needed = Math.ceil(estimate(heap));
  const available = tightest ? tightest.available : null;
  return {
    fits: available === null || needed <= available,
    estimate: needed,
    available,
    limitedBy: tightest?.by ?? null,
    heapUsed: heap.heapUsed,
    heapLimit: v8.getHeapStatistics().heap_size_limit,
    rss: state.rss,
    limits: state.limits,
    cgroup: state.cgroup,
    unreadable: state.unreadable,
  };
}

/** @param {Preflight} checked */
function refusal(checked, heap) {
  const [{ by, limit, current }] = checked.limits;
  const size = heap.exact ? 'of heap' : 'that may belong to the worker (Node.js before 22.16 does not report its heap)';
  return new HeaprayError(
    'ERR_NOT_ENOUGH_MEMORY',
    `capturing ${formatBytes(checked.heapUsed)} ${size} needs about ${formatBytes(checked.estimate)} for a short time, but only ` +
      `${formatBytes(checked.available)} is available (${by}: ${formatBytes(current)} of ${formatBytes(limit)} in use); { force: true } captures anyway`,
    { expected: `${checked.estimate} bytes available`, found: `${checked.available}`, preflight: checked },
  );
}

module.exports = { ownHeap, workerHeap, preflight, refusal, learn };
