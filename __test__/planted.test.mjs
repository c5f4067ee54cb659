// Secrets in more than a hundred kinds of places: none is in what heapray prints by default, or in a redacted file.
//
// `npm test` plants them in one version of Node.js; `npm run test:planted` in several, and in every kind of snapshot.

import test from 'node:test';
import { assertNothingIsSaid, assertNothingLeaks, MODES } from './support/planted/check.mjs';

test(`no secret of a program is in the output of any command, nor in the redacted snapshot`, async (t) => {
  await assertNothingLeaks(t, process.execPath, MODES.slice(0, 1));
});

test('no secret of a program is in what leak assertions, watch() and capture() say', async (t) => {
  await assertNothingIsSaid(t, process.execPath);
});
