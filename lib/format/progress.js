'use strict';

/** The progress text of the terminal and the viewer. */

const { formatBytes, formatCount } = require('./numbers.js');

const LABELS = {
  wait: 'waiting',
  capture: 'V8 describes the heap:',
  page: 'using the page:',
  parse: 'reading',
  redact: 'redacting',
  graph: 'building the graph',
  dominators: 'computing dominators',
  retained: 'computing retained sizes',
  classes: 'grouping by class',
  query: 'searching',
};

/** @param {import('../../index').Progress} progress */
function progressText({ phase, done, total }) {
  const amount = phase === 'parse' || phase === 'redact' ? formatBytes : formatCount;
  const label = LABELS[phase] ?? phase;
  if (phase === 'wait') return `${label} …`;
  if (total > 0) return `${label} ${Math.min(100, Math.floor((100 * done) / total))}% of ${amount(total)}`;
  return done > 0 ? `${label} ${amount(done)}` : `${label} …`;
}

module.exports = { progressText };
