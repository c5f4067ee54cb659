'use strict';

// Compares the memory that a capture will take (estimate.js) with what is left (memory.js), so that a capture is refused
// before it begins rather than the process killed in the middle of it.

const v8 = require('node:v8');
const { isMainThread } = require('node:worker_threads');
const { HeaprayError } = require('../api/errors.js');
const { formatBytes } = require('../format/numbers.js');
const { largeObjects, takeCensus } = require('./census.js');
const { collector } = require('./collector.js');
const { Experience } = require('./estimate.js');
const { memoryState } = require('./memory.js');

/** Of captures of this thread. */
const experience = new Experience();

/**
 * @typedef {import('./estimate.js').Heap} Heap
 * @typedef {import('../../index.d.ts').Preflight} Preflight
 */

/** Counting takes so many bytes for each byte of ordinary objects, at most. Where they are not left no capture fits either. */
const COUNT_BYTES = 1.5;

function canCount() {
  const { heapUsed, largeObjects: large } = uncountedHeap();
  const [tightest] = memoryState().limits;
  return tightest === undefined || tightest.available > COUNT_BYTES * (heapUsed - large);
}

/** @returns {Heap} This thread's; on the main thread garbage is collected first. */
function ownHeap() {
  if (isMainThread && !canCount()) collector()();
  return heapWith(canCount() ? takeCensus() : null);
}

/** @returns {Heap} This thread's, at no cost: estimates from it are higher. */
const uncountedHeap = () => heapWith(null);

function heapWith(census) {
  return { heapUsed: v8.getHeapStatistics().used_heap_size, largeObjects: largeObjects(), exact: true, census };
}

/**
 * A worker's. Node.js before 22.16 does not tell how large it is: then it is taken for all memory that is not
 * this thread's.
 * @returns {Promise<Heap>}
 */
async function workerHeap(worker) {
  if (typeof worker.getHeapStatistics === 'function') {
    const { used_heap_size } = await worker.getHeapStatistics();
    return { heapUsed: used_heap_size, largeObjects: 0, exact: true, census: null };
  }
  const heapUsed = Math.max(0, process.memoryUsage.rss() - v8.getHeapStatistics().total_physical_size);
  return { heapUsed, largeObjects: 0, exact: false, census: null };
}

/** What a capture of this thread has cost counts for the next. */
const learn = (heap, capture) => experience.learn(heap, capture);

/**
 * @param {Heap} heap
 * @param {object} [of] By default this thread.
 * @param {import('./memory.js').MemoryState} [of.state]
 * @param {number | null} [of.heapLimit] Of V8, in bytes.
 * @param {Experience} [of.experience]
 * @returns {Preflight}
 */
function preflight(heap, { state = memoryState(), heapLimit = v8.getHeapStatistics().heap_size_limit, experience: learned = experience } = {}) {
  const [tightest] = state.limits;
  const needed = Math.ceil(learned.estimate(heap));
  const available = tightest ? tightest.available : null;
  return {
    fits: available === null || needed <= available,
    estimate: needed,
    counted: heap.census !== null,
    available,
    limitedBy: tightest?.by ?? null,
    heapUsed: heap.heapUsed,
    heapLimit,
    rss: state.rss,
    limits: state.limits,
    cgroup: state.cgroup,
    unreadable: state.unreadable,
  };
}

/**
 * @param {Preflight} checked
 * @param {string} [hint] What can be done.
 */
function refusal(checked, heap, hint = '{ force: true } captures anyway') {
  const [{ by, limit, current }] = checked.limits;
  const size = heap.exact ? 'of heap' : 'that may belong to the worker (Node.js before 22.16 does not report its heap)';
  return new HeaprayError(
    'ERR_NOT_ENOUGH_MEMORY',
    `capturing ${formatBytes(checked.heapUsed)} ${size} needs about ${formatBytes(checked.estimate)} for a short time, but only ` +
      `${formatBytes(checked.available)} is available (${by}: ${formatBytes(current)} of ${formatBytes(limit)} in use); ${hint}`,
    { expected: `${checked.estimate} bytes available`, found: `${checked.available}`, preflight: checked },
  );
}

module.exports = { ownHeap, uncountedHeap, workerHeap, preflight, refusal, learn };
