const { expect, test } = require('@jest/globals');
const heapray = require('heapray/jest');
const matchers = require('./matchers.js');

matchers({ test, expect, timers: jest, spyOn: jest.spyOn, heapray, runner: 'Jest' });
