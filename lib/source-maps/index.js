'use strict';

/** Source maps over the answers of the API. */

/**
 * Changes an answer: its places and names become those of the original source. Nothing else of this folder is loaded for
 * `off`.
 * @template T
 * @param {T} answer
 * @param {'auto' | 'off' | string | undefined} where
 * @param {(question: object) => Promise<unknown>} ask asks the snapshot that the answer is about
 * @param {{ code?: boolean }} [options] `code`: add lines of source code to a report
 * @returns {Promise<T>}
 */
async function withSourceMaps(answer, where, ask, { code = false } = {}) {
  if (answer === null || typeof answer !== 'object') return answer;
  const mapper = where === undefined || where === 'off' ? undefined : await mapped(answer, where, ask);
  if (code) await require('./code.js').addCode(answer, mapper, ask);
  return answer;
}

async function mapped(answer, where, ask) {
  const { Mapper } = require('./mapper.js');
  const { mapAnswer } = require('./answer.js');
  const mapper = new Mapper(where);
  await mapAnswer(answer, mapper, ask);
  if (mapper.warnings.length > 0 && !Array.isArray(answer)) answer.warnings = mapper.warnings;
  return mapper;
}

module.exports = { withSourceMaps };
