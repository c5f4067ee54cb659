'use strict';

// heapray/jest: leak assertions as matchers of Jest. Requiring it is the set-up:
//
//   module.exports = { setupFilesAfterEnv: ['heapray/jest'] }

const { expect } = require('@jest/globals');
const { extendTimeout, limitOf } = require('../lib/testing/jest.js');
const { forRunner } = require('../lib/testing/runner.js');

const heapray = forRunner({ limitOf });

expect.extend(heapray.matchers);
extendTimeout();

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
