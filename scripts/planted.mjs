// npm run test:planted: secrets in more than a hundred kinds of places, on several versions of Node.js and in every
// kind of snapshot, are in nothing that heapray prints by default and in no redacted file. Takes some minutes.
//
//   npm run test:planted -- 24      only that version

import { test } from 'node:test';
import { assertNothingIsSaid, assertNothingLeaks, MODES } from '../__test__/support/planted/check.mjs';
import { nodeBinary } from './node-versions.mjs';

const majors = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [20, 24, 26];

for (const major of majors) {
  test(`Node.js ${major}, leak assertions and watch()`, (t) => assertNothingIsSaid(t, nodeBinary(major)));
  for (const mode of MODES) {
    test(`Node.js ${major}, ${mode}`, (t) => assertNothingLeaks(t, nodeBinary(major), [mode]));
  }
}
