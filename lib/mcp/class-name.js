'use strict';

/** The name of a class that was given by its index, for questions that take names. */

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
  return nodes[0].className;
}

module.exports = { className };
