import test from 'node:test';
import { assertNoLeak } from 'heapray/testing';
import functions from './functions.js';

const { harmless, leaky } = functions[process.env.SUITE ?? 'few'];

for (const [what, fn] of harmless) test(`harmless: ${what}`, () => assertNoLeak(fn));
for (const [what, fn] of leaky) test(`leak: ${what}`, () => assertNoLeak(fn));
