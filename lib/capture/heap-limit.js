'use strict';

// The limit at which V8 ends this thread.
//
// V8 reports one that includes the young generation at its largest, which a heap of old objects cannot use. How large that is
// depends on the version, and V8 does not tell the main thread.

const v8 = require('node:v8');
const { isMainThread, resourceLimits } = require('node:worker_threads');

const MIB = 2 ** 20;
/** The young generation consists of so many semi-spaces. */
const SEMI_SPACES = 3;
/** MiB of a semi-space at most, by version of V8; of others the largest of these. */
const SEMI_SPACE = new Map([[11, 16], [12, 16], [13, 64], [14, 32]]);
const LARGEST_SEMI_SPACE = 64;

// V8 reads its flags when the process starts.
const OLD_SPACE = flag('max-old-space-size');
const YOUNG = SEMI_SPACES * semiSpace() * MIB;

/** Bytes of old objects at which V8 gives up. */
function heapLimit() {
  if (!isMainThread) return resourceLimits.maxOldGenerationSizeMb * MIB;
  if (OLD_SPACE > 0) return OLD_SPACE * MIB;
  const { heap_size_limit: limit } = v8.getHeapStatistics();
  return Math.max(limit / 2, limit - YOUNG);
}

/** V8 rounds what it is told up to a power of two. */
function semiSpace() {
  const told = flag('max-semi-space-size');
  if (told > 0) return 2 ** Math.ceil(Math.log2(told));
  return SEMI_SPACE.get(Number.parseInt(process.versions.v8, 10)) ?? LARGEST_SEMI_SPACE;
}

/** The number that a flag of V8 was given last, `NaN` if it was not. */
function flag(name) {
  const flags = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`;
  const [, told] = [...flags.matchAll(new RegExp(`--${name.replaceAll('-', '[-_]')}[= ](\\d+)`, 'g'))].at(-1) ?? [];
  return Number(told);
}

module.exports = { heapLimit };
