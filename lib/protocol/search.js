'use strict';

// What a person types into a search box → a question.

const { invalid } = require('./envelope.js');

/**
 * `@123` looks for an id, `/pattern/flags` for names that match, anything else for names that contain it.
 * @param {string} text
 * @param {object} [more] other fields of the question, such as `limit` or `type`
 */
function searchQuestion(text, more = {}) {
  const id = /^@(\d+)$/.exec(text.trim());
  if (id) return { ask: 'filter', ...more, id: Number(id[1]) };
  const pattern = /^\/(.+)\/([a-z]*)$/s.exec(text.trim());
  if (!pattern) return { ask: 'filter', ...more, name: { contains: text } };
  const [, regex, flags] = pattern;
  if (/[^dgimsuy]/.test(flags)) throw invalid('flags among i, m, s and u', flags);
  return { ask: 'filter', ...more, name: { regex, flags: flags.replace(/[dgy]/g, '') } };
}

module.exports = { searchQuestion };
