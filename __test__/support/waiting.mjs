// What waits for the test, so that no test has to guess how fast a machine is.

import { setTimeout as delay } from 'node:timers/promises';

/** The first half of the bytes, and the second when the signal has aborted. */
export async function* halfUntilAborted(bytes, signal) {
  yield bytes.subarray(0, bytes.length / 2);
  while (!signal.aborted) await delay(5);
  yield bytes.subarray(bytes.length / 2);
}

/** All of the bytes, and no end. Keeps no process alive. */
export async function* withoutEnd(bytes) {
  yield bytes;
  await new Promise(() => {});
}

/** Waits until `isSo()`, at most `seconds`; says whether it came to be. */
export async function comesTrue(isSo, seconds = 30) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await delay(10)) {
    if (await isSo()) return true;
  }
  return isSo();
}

/**
 * The smallest of up to `tries` measurements, of which the first below `limit` is enough: other work of the
 * machine can only add to what is measured.
 */
export async function quietest(limit, measure, tries = 5) {
  let least = Infinity;
  for (let i = 0; i < tries && least >= limit; i += 1) least = Math.min(least, await measure());
  return least;
}
