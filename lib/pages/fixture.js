'use strict';

// The fixture `pageHeap` of heapray/playwright.

const { PageHeap } = require('./page-heap.js');

/**
 * Snapshots of a page, which are closed after the test.
 * @param {import('@playwright/test').Page} page
 * @param {(heap: { snapshot(): Promise<import('../../index').Snapshot> }) => Promise<void>} use
 */
async function openPageHeap(page, use) {
  const taken = [];
  let heap;
  const snapshot = async () => {
    heap ??= await PageHeap.of(page);
    const last = await heap.pageSnapshot();
    taken.push(last);
    return last;
  };
  try {
    await use({ snapshot });
  } finally {
    for (const each of taken) each.close();
    await heap?.close();
  }
}

module.exports = { openPageHeap };
