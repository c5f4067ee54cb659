'use strict';

// Several snapshots of one target, and when they are taken.

/**
 * @param {import('./attachment.js').Attachment} attachment
 * @param {object} plan
 * @param {number} plan.count At most so many.
 * @param {(number: number) => Promise<boolean>} plan.pause Before each snapshot but the first, whose number it gets; resolves to
 *   `false` to end the series.
 * @param {(number: number) => string | undefined} plan.fileOf Where to write a snapshot.
 * @param {(snapshots: import('../../index.d.ts').Snapshot[]) => Promise<boolean>} plan.onSnapshot After each; resolves to `true` to
 *   end the series.
 * @param {import('../../index.d.ts').Snapshot[]} snapshots To which they are added, so that they are there if the series fails.
 */
async function takeSeries(attachment, { count, pause, fileOf, onSnapshot }, snapshots, job) {
  for (let number = 1; number <= count; number += 1) {
    if (number > 1 && !(await pause(number))) return;
    snapshots.push(await attachment.snapshot({ file: fileOf(number), ...job }));
    if (await onSnapshot(snapshots)) return;
  }
}

module.exports = { takeSeries };
