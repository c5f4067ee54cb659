'use strict';

// heapray/vitest for CommonJS: the matchers for `expect.extend`, because Vitest itself cannot be required.
// Where Vitest provides globals they are added to its `expect` at once.

const { forRunner } = require('../lib/testing/runner.js');
const { limitOf } = require('../lib/testing/vitest.js');

const heapray = forRunner({ limitOf });

globalThis.expect?.extend?.(heapray.matchers);

// One by one, because only so Node.js finds the names for `import`.
exports.assertNoLeak = heapray.assertNoLeak;
exports.checkpoint = heapray.checkpoint;
exports.collectGarbage = heapray.collectGarbage;
exports.LeakError = heapray.LeakError;
exports.matchers = heapray.matchers;
exports.since = heapray.since;
exports.toBeCollected = heapray.toBeCollected;
exports.toHaveInstances = heapray.toHaveInstances;
exports.toHaveNoDetachedNodes = heapray.toHaveNoDetachedNodes;
exports.toHaveNoGrowth = heapray.toHaveNoGrowth;
exports.toLeak = heapray.toLeak;
exports.toRetainLessThan = heapray.toRetainLessThan;
exports.track = heapray.track;
