'use strict';

// heapray/vitest for CommonJS: the matchers for `expect.extend`, because Vitest itself cannot be required.
// Where Vitest provides globals they are added to its `expect` at once.

const { forRunner } = require('./lib/testing/runner.js');
const { limitOf } = require('./lib/testing/vitest.js');

const heapray = forRunner({ limitOf });

globalThis.expect?.extend?.(heapray.matchers);

module.exports = heapray;
