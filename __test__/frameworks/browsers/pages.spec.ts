// Run by __test__/pages.test.mjs, which serves the pages; checked by the compiler too.

import { expect as usual, mergeExpects, mergeTests, test as base } from '@playwright/test';
import { expect, LeakError, test } from 'heapray/playwright';
import type { Leak } from 'heapray/playwright';

const mine = base.extend<{ path: string }>({ path: 'leaks/' });

mergeTests(test, mine)('a leak fails the test', async ({ page, path }) => {
  await page.goto(path);
  await mergeExpects(expect, usual)(page).not.toLeak(() => page.click('#go'));
});

test.describe('with options for all tests', () => {
  test.use({ leakOptions: { iterations: 3, rounds: 1 } });

  test('what is expected passes', async ({ page, pageHeap }) => {
    await page.goto('leaks/');
    await expect(page).toLeak(async () => page.click('#go'));
    await expect(page.locator('#go')).toBeVisible();
    const heap = await pageHeap.snapshot();
    expect(heap).toHaveInstances('Detached <section>', 9);
    expect(heap).toRetainLessThan({ detached: true }, '1 MB');
    await usual(async () => expect(heap).toHaveNoDetachedNodes()).rejects.toThrow('Expected: no detached nodes');
  });

  test('a click that leaves nothing passes', async ({ page }) => {
    await page.goto('leaves nothing/');
    await expect(page).not.toLeak(() => page.click('#go'), { warmup: 5 });
  });
});

/** Only for the compiler. */
export function types(error: LeakError): Leak[] {
  return error.leaks;
}
