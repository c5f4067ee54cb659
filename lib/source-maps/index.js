'use strict';

/** Source maps over the answers of the API. */

/**
 * Changes an answer: its places and names become those of the original source. Nothing else of this folder is loaded for
 * `off`.
 * @template T
 * @param {T} answer
 * @param {'auto' | 'off' | string | undefined} where
 * @param {(question: object) => Promise<unknown>} ask asks the same snapshots
 * @returns {Promise<T>}
 */
async function withSourceMaps(answer, where, ask) {
  if (where === undefined || where === 'off' || answer === null || typeof answer !== 'object') return answer;
  const { Mapper } = require('./mapper.js');
  const { mapAnswer } = require('./answer.js');
  const mapper = new Mapper(where);
  await mapAnswer(answer, mapper, ask);
  if (mapper.warnings.length > 0 && !Array.isArray(answer)) answer.warnings = mapper.warnings;
  return answer;
}

module.exports = { withSourceMaps };
