import { expect, test } from 'vitest';
import harmless from './harmless.js';
import leaky from './leaky.js';

test.each(harmless)('harmless: %s', async (_, fn) => {
  await expect(fn).not.toLeak();
});

test.each(leaky)('leak: %s', async (_, fn) => {
  await expect(fn).not.toLeak();
});
