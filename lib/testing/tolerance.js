'use strict';

// Decides whether the options of a test tolerate growth.

const { namesOfClass } = require('../source-maps/heap-names.js');
const { matches } = require('./names.js');

/** Whether the class of a row may have this many additional objects. */
const isAllowed = (allow, row, count) => allow.some(({ pattern, most }) => namesOfClass(row).some((name) => matches(pattern, name)) && count <= most);

/** Whether the test tolerates a leak. */
function isTolerated(leak, { allow, ignore, maxGrowth }) {
  const { addedCount, addedBytes, path, holder, source } = leak;
  const texts = [...namesOfClass(leak), path, holder?.path, source?.script].filter((text) => typeof text === 'string');
  const isIgnored = (pattern) => texts.some((text) => matches(pattern, text));
  const isSmall = maxGrowth !== undefined && addedBytes.some((bytes) => bytes <= maxGrowth);
  return isSmall || isAllowed(allow, leak, Math.max(...addedCount)) || ignore.some(isIgnored);
}

const isGrown = ({ countDelta, internal, expected = 0 }) => !internal && countDelta > expected;

/** Rows of a `diff` for classes of the program that grew by more than `allow` permits, most objects first. */
function grownRows({ classes }, { allow }) {
  return classes
    .filter((row) => isGrown(row) && !isAllowed(allow, row, row.countDelta))
    .sort((a, b) => b.countDelta - a.countDelta || b.sizeDelta - a.sizeDelta);
}

module.exports = { grownRows, isTolerated };
