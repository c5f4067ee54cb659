'use strict';

/** The key of a class that was given by its index, for questions that take names: others may have its name. */

const { noSuchClass } = require('./errors.js');

/**
 * @template T
 * @param {{ index: number } | T} given
 * @returns {Promise<string | T>}
 */
async function className(given, snapshot, ask) {
  if (given.index === undefined) return given;
  const { nodes } = await ask([snapshot], 'classInstances', { class: given.index, limit: 1 }, { sourceMaps: 'off', showStrings: true });
  if (nodes.length === 0) throw noSuchClass(`there is no class #${given.index} with objects`);
  const { classes } = await ask([snapshot], 'classes', { name: { exact: nodes[0].className }, limit: 100_000 }, { sourceMaps: 'off', showStrings: true });
  return classes.find(({ index }) => index === given.index).key;
}

module.exports = { className };
