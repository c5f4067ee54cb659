'use strict';

/** Escape sequences for the roles of spans. */

const RESET = '\x1b[0m';

const SEQUENCES = {
  heading: '\x1b[1m',
  strong: '\x1b[1m',
  alarm: '\x1b[1;31m',
  warning: '\x1b[33m',
  good: '\x1b[32m',
  faint: '\x1b[2m',
  id: '\x1b[2m',
  source: '\x1b[36m',
  path: '\x1b[33m',
  reference: '\x1b[35m',
  bar: '\x1b[34m',
};

/** Spans as text, with colours or without. Neighbours of one role share one pair of sequences. */
function paint(spans, color) {
  let painted = '';
  let current;
  for (const { text, role } of spans) {
    const sequence = color ? SEQUENCES[role] : undefined;
    if (sequence !== current) painted += (current === undefined ? '' : RESET) + (sequence ?? '');
    current = sequence;
    painted += text;
  }
  return current === undefined ? painted : painted + RESET;
}

module.exports = { paint };
