'use strict';

/** Classes that are asked for by a name that the heap does not have. */

const { UsageError } = require('./errors.js');

/** Where a source map gives a class the name, the error has the one to ask for. @returns {Promise<UsageError>} */
async function noSuchClass(snapshot, name, { sourceMaps } = {}) {
  const { classes } = await snapshot.classes({ limit: 100_000, sourceMaps });
  const original = classes.find((row) => row.name === name);
  if (original !== undefined) return new UsageError(`the class '${name}' has another name in the heap: ask for '${original.key}'`);
  return new UsageError(`there is no class '${name}': heapray classes FILE --name-contains TEXT searches for one`);
}

module.exports = { noSuchClass };
