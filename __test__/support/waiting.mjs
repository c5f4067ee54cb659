// Sources that wait for the test, so that tests do not depend on the speed of the machine.

import { setTimeout as delay } from 'node:timers/promises';

/** Yields the first half of the bytes, and the second after the signal is aborted. */
export async function* halfUntilAborted(bytes, signal) {
  yield bytes.subarray(0, bytes.length / 2);
  while (!signal.aborted) await delay(5);
  yield bytes.subarray(bytes.length / 2);
}

/** Yields all bytes and does not end. Keeps no process alive. */
export async function* withoutEnd(bytes) {
  yield bytes;
  await new Promise(() => {});
}

/** Waits until `isSo()`, at most `seconds`. Returns whether it became true. */
export async function comesTrue(isSo, seconds = 30) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await delay(10)) {
    if (await isSo()) return true;
  }
  return isSo();
}

/**
 * The smallest of up to `tries` measurements, of which the first below `limit` is enough: other work on the
 * machine can only increase a measurement.
 */
export async function quietest(limit, measure, tries = 5) {
  let least = Infinity;
  for (let i = 0; i < tries && least >= limit; i += 1) least = Math.min(least, await measure());
  return least;
}
