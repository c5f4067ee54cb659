'use strict';

// The questions there are, and about how many snapshots each is.

const ONE = { least: 1, most: 1 };

/** By the name in `ask`. Those marked heavy go over the whole heap on all cores. */
const QUESTIONS = {
  summary: ONE,
  node: ONE,
  references: ONE,
  retainers: ONE,
  dominated: ONE,
  dominatorPath: ONE,
  dominatorTree: ONE,
  retainingPaths: ONE,
  classes: ONE,
  classInstances: ONE,
  filter: ONE,
  strings: { ...ONE, heavy: true },
  allocations: ONE,
  allocationStack: ONE,
  samples: ONE,
  report: { least: 1, most: Infinity, heavy: true },
  diff: { least: 2, most: 2, heavy: true },
};

const isHeavy = ({ ask }) => Object.hasOwn(QUESTIONS, ask) && QUESTIONS[ask].heavy === true;

module.exports = { QUESTIONS, isHeavy };
