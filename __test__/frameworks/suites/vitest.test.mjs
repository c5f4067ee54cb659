import { expect, test } from 'vitest';
import functions from './functions.js';

const { harmless, leaky } = functions[process.env.SUITE ?? 'few'];

test.each(harmless)('harmless: %s', async (_, fn) => {
  await expect(fn).not.toLeak();
});

test.each(leaky)('leak: %s', async (_, fn) => {
  await expect(fn).not.toLeak();
});
