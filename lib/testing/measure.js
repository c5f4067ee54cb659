'use strict';

// Measures whether a function leaks.
//
//   warm-up ─► snapshot ─► (calls ─► snapshot ─► did anything grow in every round so far?)*
//
// Most functions do not leak, which two snapshots show, after the first round. If something grew in all rounds, one more
// round confirms it. The first snapshot of a process creates objects that stay and look like growth, so if anything grew
// after it, it is discarded and the rounds start again.

const { Deadline } = require('./deadline.js');
const { ownHeap } = require('./own-heap.js');
const { repeat } = require('./repeat.js');
const { toSave } = require('./save.js');

/** The additional round that confirms a leak. */
const CONFIRMATIONS = 1;

/**
 * What snapshots are taken of: this process, or a page.
 * @typedef {object} Heap
 * @property {() => boolean} isCold whether the next snapshot is the first of the process, and creates objects that stay
 * @property {(file?: string) => Promise<unknown>} takeSnapshot after garbage collection
 * @property {(work: () => Promise<void>) => Promise<void>} whileTracking does the work while V8 tracks allocations
 * @property {(iterations: number, isFirst: boolean) => import('./rounds.js').Rounds} rounds for these snapshots
 */

/**
 * @param {Function} functionUnderTest the core knows the name of this variable: see crates/core/src/paths/start.rs
 * @param {ReturnType<import('./options.js').leakOptions>} options
 * @param {import('./deadline.js').TestLimit} [test]
 * @param {(leaks: object[]) => string} [nameOf] the name of a saved snapshot; without it the leaks are expected, and nothing is saved or traced
 * @param {Heap} [heap]
 * @returns {Promise<{ leaks: import('../../testing/index').Leak[], rounds: number, saved: string | undefined, warnings?: string[] }>}
 */
async function measure(functionUnderTest, options, test, nameOf, heap = ownHeap) {
  const { iterations, rounds, warmup } = options;
  const deadline = new Deadline(options.timeout, test);
  let isTrial = heap.isCold();
  const measured = heap.rounds(iterations, isTrial);
  const state = { rounds: 0, of: rounds + CONFIRMATIONS };
  const call = (times) => deadline.run(() => repeat(functionUnderTest, times, deadline), state);
  const look = async (file) => measured.add(await deadline.runWhole(() => heap.takeSnapshot(file), state));
  /** Repeats a round while allocations are tracked, for the stacks of what it leaks. */
  const trace = async (leaks) => {
    await heap.whileTracking(async () => {
      await call(iterations);
      await look();
    });
    const traced = await deadline.runWhole(() => measured.leaks(options), state);
    for (const leak of leaks) {
      const same = traced.find(({ className, path }) => className === leak.className && path === leak.path);
      leak.allocatedAt = same?.allocatedAt ?? null;
    }
  };
  let kept;
  try {
    await call(warmup);
    await look();
    for (;;) {
      await call(iterations);
      if (state.rounds + 1 === state.of && nameOf !== undefined) kept = toSave();
      await look(kept?.file);
      state.rounds += 1;
      if (!(await measured.mayLeak(options))) return { leaks: [], rounds: state.rounds, saved: undefined, warnings: measured.warnings };
      if (isTrial) {
        isTrial = false;
        measured.dropFirst();
        state.rounds = 0;
      }
      if (state.rounds === state.of) {
        const leaks = await deadline.runWhole(() => measured.leaks(options), state);
        if (leaks.length > 0 && options.allocations && nameOf !== undefined) await trace(leaks);
        return { leaks, rounds: state.rounds, warnings: measured.warnings, saved: leaks.length > 0 ? kept?.keep(nameOf(leaks)) : undefined };
      }
    }
  } finally {
    kept?.close();
    measured.close();
  }
}

module.exports = { measure };
