'use strict';

// The options of capture(), checked.

const { checkOptions } = require('../api/options/check.js');
const { FUNCTIONS } = require('../api/options/functions.js');
const { argumentError } = require('../api/errors.js');
const { inputLimits } = require('../input/parse.js');

/** @param {import('../../index.d.ts').CaptureOptions} options */
function captureOptions(options) {
  const checked = checkOptions('options', FUNCTIONS.capture, options);
  const { target, select, allowRemote = false } = checked;
  const { signal, onProgress, worker, force = false, cooldown = 0, forgetIds = false, file, report } = checked;
  const { allocations = false } = checked;
  const { exposeInternals = false, exposeNumericValues = false } = checked;
  if (forgetIds && worker) throw argumentError('options.forgetIds', 'left out with a worker: ids are the worker\'s own', forgetIds);
  if (allocations && worker) throw argumentError('options.allocations', 'left out with a worker: allocations of this thread are tracked', allocations);
  if (allocations && forgetIds) throw argumentError('options.forgetIds', 'left out while allocations are tracked, which needs the ids', forgetIds);
  if (target !== undefined) checkOfTarget(checked);
  if (target === undefined && select !== undefined) throw argumentError('options.select', 'left out without a target', select);
  return {
    ...inputLimits(checked),
    job: { signal, onProgress },
    allocations,
    target: target && { place: target, attach: { select, allowRemote, force, maxBytes: checked.maxBytes, redact: checked.redact, signal } },
    worker,
    force,
    cooldown,
    forgetIds,
    file,
    report,
    v8: { exposeInternals, exposeNumericValues },
  };
}

/** Options of this process. */
const NOT_OF_TARGETS = ['worker', 'cooldown', 'allocations', 'forgetIds', 'exposeInternals', 'exposeNumericValues'];

function checkOfTarget(checked) {
  const name = NOT_OF_TARGETS.find((each) => checked[each]);
  if (name !== undefined) throw argumentError(`options.${name}`, 'left out with a target', checked[name]);
}

module.exports = { captureOptions };
