'use strict';

// Warns about the cost of snapshots of a large heap before the first one, and refuses those that do not fit.
//
// Small heaps are not counted, which would take a tenth of the time of each assertion.

const { formatBytes } = require('../format/numbers.js');
const { ownHeap, preflight, refusal, uncountedHeap } = require('../capture/preflight.js');

/** The least size of a heap for a warning. */
const LARGE = 100e6;
/** The number of objects that V8 describes in a second, at least. */
const OBJECTS_PER_SECOND = 500_000;
/** An estimate without counting is at most this many times too high. */
const HIGHEST_RATIO = 7;

const HINT = 'assertions on less of a heap need less: a test file with fewer modules, or with less test data';
const HINT_UNCOUNTED = `${HINT}. V8 counts the heap, which makes the estimate lower, on the main thread only (Vitest: pool "forks")`;

let hasWarned = false;

/** Throws `ERR_NOT_ENOUGH_MEMORY` if V8 would need more memory for a snapshot than is left. */
function checkMemory() {
  const rough = preflight(uncountedHeap());
  const isLarge = rough.heapUsed >= LARGE && !hasWarned;
  if (rough.fits && !isLarge) return;
  const heap = ownHeap();
  const checked = heap.census ? preflight(heap) : likely(rough);
  if (checked.available !== null && checked.estimate > checked.available) throw refusal(checked, heap, heap.census ? HINT : HINT_UNCOUNTED);
  if (isLarge) warn(checked, heap);
}

/** Other limits than the machine's end the process, and leave no room for optimism. */
function likely(rough) {
  if (rough.fits || rough.limitedBy !== 'system') return rough;
  return { ...rough, estimate: Math.ceil(rough.estimate / HIGHEST_RATIO) };
}

function warn({ heapUsed, estimate }, { census }) {
  hasWarned = true;
  const time = census ? ` and about ${Math.ceil(census.nodes / OBJECTS_PER_SECOND)} s` : '';
  process.emitWarning(
    `each snapshot of this heap of ${formatBytes(heapUsed)} takes up to ${formatBytes(estimate)} of memory for a moment${time}; an assertion takes two to six of them. ${HINT}`,
    { type: 'HeaprayWarning', code: 'HEAPRAY_LARGE_HEAP' },
  );
}

module.exports = { checkMemory };
