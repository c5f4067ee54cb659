import test from 'node:test';
import { assertNoLeak } from 'heapray/testing';
import harmless from './harmless.js';
import leaky from './leaky.js';

for (const [what, fn] of harmless) test(`harmless: ${what}`, () => assertNoLeak(fn));
for (const [what, fn] of leaky) test(`leak: ${what}`, () => assertNoLeak(fn));
