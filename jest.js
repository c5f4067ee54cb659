'use strict';

// heapray/jest: leak assertions as matchers of Jest. Requiring it is the set-up:
//
//   module.exports = { setupFilesAfterEnv: ['heapray/jest'] }

const { expect } = require('@jest/globals');
const { extendTimeout, limitOf } = require('./lib/testing/jest.js');
const { forRunner } = require('./lib/testing/runner.js');

const heapray = forRunner({ limitOf });

expect.extend(heapray.matchers);
extendTimeout();

module.exports = heapray;
