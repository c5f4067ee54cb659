'use strict';

/** What rows of answers named in the heap, where that is not what they name now: for options that compare names. @type {WeakMap<object, string>} */
const heapNames = new WeakMap();

/** The names of a row's class: that of the answer, and that of the heap if it is another. */
function namesOfClass(row) {
  const name = row.className ?? row.name;
  return heapNames.has(row) ? [name, heapNames.get(row)] : [name];
}

module.exports = { heapNames, namesOfClass };
