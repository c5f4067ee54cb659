'use strict';

// heapray/playwright: leak assertions for @playwright/test. Its `test` and `expect` are used instead of Playwright's.

const { expect, test } = require('@playwright/test');
const { openPageHeap } = require('../lib/pages/fixture.js');
const { LeakError } = require('../lib/testing/errors.js');
const { makeMatchers } = require('../lib/testing/matchers.js');
const { limitsOf, rememberTest, usualOptions } = require('../lib/testing/playwright.js');

const matchers = makeMatchers({ limitOf: limitsOf(() => test.info()) });

exports.LeakError = LeakError;

exports.expect = expect.extend({
  toLeak(page, action, options) {
    return matchers.toLeak.call(this, page, action, { ...usualOptions(), ...options });
  },
  toHaveInstances: matchers.toHaveInstances,
  toHaveNoDetachedNodes: matchers.toHaveNoDetachedNodes,
  toRetainLessThan: matchers.toRetainLessThan,
});

exports.test = test.extend({
  leakOptions: [{}, { option: true }],
  pageHeap: ({ page }, use) => openPageHeap(page, use),
  rememberTest: [rememberTest, { auto: true, box: true }],
});
