'use strict';

// Decides whether the options of a test tolerate growth.

const { matches } = require('./names.js');

/** Whether a class may have this many additional objects. */
const isAllowed = (allow, className, count) => allow.some(({ pattern, most }) => matches(pattern, className) && count <= most);

/** Whether the test tolerates a leak. */
function isTolerated({ className, addedCount, addedBytes, path, holder, source }, { allow, ignore, maxGrowth }) {
  const texts = [className, path, holder?.path, source?.script].filter((text) => typeof text === 'string');
  const isIgnored = (pattern) => texts.some((text) => matches(pattern, text));
  const isSmall = maxGrowth !== undefined && addedBytes.some((bytes) => bytes <= maxGrowth);
  return isSmall || isAllowed(allow, className, Math.max(...addedCount)) || ignore.some(isIgnored);
}

/** Rows of a `diff` for classes of the program that grew by more than `allow` permits, most objects first. */
function grownRows({ classes }, { allow }) {
  return classes
    .filter(({ name, countDelta, internal, expected = 0 }) => !internal && countDelta > expected && !isAllowed(allow, name, countDelta))
    .sort((a, b) => b.countDelta - a.countDelta || b.sizeDelta - a.sizeDelta);
}

module.exports = { grownRows, isTolerated };
