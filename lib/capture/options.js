'use strict';

// The options of capture(), checked.

const { bool } = require('../api/checks.js');
const { argumentError } = require('../api/errors.js');
const { jobOptions } = require('../api/job.js');
const { parseOptions } = require('../input/parse.js');
const { toPath } = require('../input/source.js');

/** @param {import('../../index.d.ts').CaptureOptions} options */
function captureOptions(options) {
  if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
  const { worker, force = false, cooldown = 0, file, report, forgetIds = false } = options;
  const { exposeInternals = false, exposeNumericValues = false } = options;
  if (worker !== undefined && typeof worker?.getHeapSnapshot !== 'function') {
    throw argumentError('options.worker', 'a Worker', worker);
  }
  bool('options.force', force);
  bool('options.forgetIds', forgetIds);
  if (forgetIds && worker) throw argumentError('options.forgetIds', 'left out with a worker: ids are the worker\'s own', forgetIds);
  bool('options.exposeInternals', exposeInternals);
  bool('options.exposeNumericValues', exposeNumericValues);
  if (typeof cooldown !== 'number' || !(cooldown >= 0)) {
    throw argumentError('options.cooldown', 'milliseconds, 0 or more', cooldown);
  }
  if (report !== undefined && typeof report !== 'boolean' && (typeof report !== 'object' || report === null)) {
    throw argumentError('options.report', 'a boolean or options of report()', report);
  }
  return {
    ...parseOptions(options),
    job: jobOptions(options),
    worker,
    force,
    cooldown,
    forgetIds,
    file: file === undefined ? undefined : toPath(file, 'options.file'),
    report: report === true ? {} : report || undefined,
    v8: { exposeInternals, exposeNumericValues },
  };
}

module.exports = { captureOptions };
