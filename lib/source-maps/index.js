'use strict';

/** Source maps over the answers of the API. */

/**
 * Changes an answer: its places and names become those of the original source. Nothing else of this folder is loaded for
 * `off`.
 * @template T
 * @param {T} answer
 * @param {'auto' | 'off' | string | undefined} where
 * @param {import('./questions.js').Ask} ask asks the snapshots that the answer is about
 * @param {{ question?: { ask: string }, code?: boolean }} [options] `question`: what was asked; `code`: add lines of source code to a report
 * @returns {Promise<T>}
 */
async function withSourceMaps(answer, where, ask, { question = {}, code = false } = {}) {
  if (answer === null || typeof answer !== 'object') return answer;
  const { answered } = require('./questions.js');
  const mapper = isOff(where) ? undefined : await answered(mapped(answer, where, question), ask);
  if (code) await require('./code.js').addCode(answer, mapper, ask);
  return answer;
}

/**
 * The same on this thread.
 * @param {import('./questions.js').Ask} ask answers at once
 */
function withSourceMapsNow(answer, where, ask, { question = {} } = {}) {
  const { answeredNow } = require('./questions.js');
  if (!isOff(where)) answeredNow(mapped(answer, where, question), ask);
  return answer;
}

const isOff = (where) => where === undefined || where === 'off';

function* mapped(answer, where, question) {
  const { MapFinder } = require('./find.js');
  const { Mapper } = require('./mapper.js');
  const { mapAnswer } = require('./answer.js');
  const mapper = new Mapper((warn) => new MapFinder(where, warn));
  yield* mapAnswer(answer, mapper, question);
  if (mapper.warnings.length > 0 && !Array.isArray(answer)) answer.warnings = mapper.warnings;
  return mapper;
}

/** Loads all that mapping needs, so that it creates no objects that stay when it is used for the first time. */
function loadSourceMaps() {
  for (const module of ['./answer.js', './find.js', './mapper.js']) require(module);
  const { SourceMap } = require('./map.js');
  const { MappedScript } = require('./script.js');
  const empty = new SourceMap(JSON.stringify({ version: 3, sources: ['a.js'], names: [], mappings: 'AAAA' }), undefined, () => '');
  new MappedScript(empty, 'var a').place({ line: 1, column: 1 });
}

module.exports = { loadSourceMaps, withSourceMaps, withSourceMapsNow };
