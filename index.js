'use strict';

// heapray's public API. The contract, with units, ranges, defaults and costs, is index.d.ts.

const { HeaprayError } = require('./lib/api/errors.js');
const { parse, filter, report, diff, allocations, redact } = require('./lib/api/verbs.js');
const { capture } = require('./lib/capture/capture.js');
const { trackAllocations } = require('./lib/capture/tracking.js');
const { watch } = require('./lib/capture/watch.js');
const { version } = require('./package.json');

/** Loaded on demand: few programs need it, and its WebSocket. */
async function attach(target, options) {
  return require('./lib/attach/attachment.js').attach(target, options);
}

module.exports = { allocations, attach, capture, parse, filter, report, diff, redact, HeaprayError, trackAllocations, version, watch };
