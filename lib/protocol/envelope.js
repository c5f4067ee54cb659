'use strict';

// Requests and responses as text: the envelope around questions and answers. See docs/protocol.md.

const { HeaprayError } = require('../api/heapray-error.js');
const { QUESTIONS } = require('../api/options/questions.js');

const isNumber = (value) => Number.isSafeInteger(value) && value >= 0;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (expected, found) =>
  new HeaprayError('ERR_INVALID_QUERY', `expected ${expected}, found ${found}`, { expected, found });

/** Questions about the engine itself, by the name in `ask`, with the number of snapshots they take. */
const OF_THE_ENGINE = { list: { least: 0, most: 0 }, close: { least: 1, most: Infinity } };

/**
 * A request's members, unchecked: errors about the others need its number.
 * @param {string} text
 */
function parseRequest(text) {
  let request;
  try {
    request = JSON.parse(text);
  } catch {
    request = undefined;
  }
  return isObject(request) ? request : {};
}

/** @returns {{ snapshots: number[], question: { ask: string }, isOfEngine: boolean }} */
function checkRequest({ id, snapshots = [], question, ...others }) {
  if (!isNumber(id)) throw invalid('a request with a number as its id', shown(id));
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid('a request of id, snapshots and question', shown(other));
  if (!Array.isArray(snapshots) || !snapshots.every(isNumber)) throw invalid('numbers of snapshots', shown(snapshots));
  if (!isObject(question) || typeof question.ask !== 'string') throw invalid('a question with a name in ask', shown(question));
  const { ask } = question;
  const isOfEngine = Object.hasOwn(OF_THE_ENGINE, ask);
  const kinds = isOfEngine ? OF_THE_ENGINE : { ...OF_SOURCE_MAPS, ...QUESTIONS };
  if (!Object.hasOwn(kinds, ask)) throw invalid(`a question among ${[...Object.keys(QUESTIONS), ...Object.keys(OF_THE_ENGINE)].join(', ')}`, shown(ask));
  const { least, most } = kinds[ask];
  if (snapshots.length < least || snapshots.length > most) {
    const wanted = most === Infinity ? `at least ${least}` : [...new Set([least, most])].join(' or ');
    throw invalid(`${wanted} snapshots in a request for ${ask}`, `${snapshots.length}`);
  }
  return { snapshots, question, isOfEngine };
}

/** Questions that only lib/source-maps asks. */
const OF_SOURCE_MAPS = { fingerprint: { least: 1, most: 1 } };

const shown = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

const requestText = (id, snapshots, question) => JSON.stringify({ id, snapshots, question });

/** @param {string} answer JSON, inserted unchanged */
const answerText = (id, answer) => `{"id":${JSON.stringify(id)},"answer":${answer}}`;

/** Any error as a response; unexpected ones are bugs. */
function errorText(id, error) {
  const { code = 'ERR_INTERNAL', message, section, offset, expected, found } = error;
  return JSON.stringify({ id, error: { code, message, section, offset, expected, found } });
}

/** The answer in a response. Throws the engine's error. */
function readResponse(text) {
  const { answer, error } = JSON.parse(text);
  if (error === undefined) return answer;
  const { code, message, ...details } = error;
  throw new HeaprayError(code, message, details);
}

module.exports = { answerText, checkRequest, errorText, invalid, parseRequest, readResponse, requestText };
