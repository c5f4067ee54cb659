'use strict';

/** `source`: the code at a place that another answer has named. */

const { sourceLabel } = require('../../format/labels.js');
const { argumentError } = require('../../api/errors.js');
const { answerText, lineOf } = require('../answer.js');
const { SNAPSHOT } = require('../common.js');
const { notSupported } = require('../errors.js');

const PLACE = /^(?<script>.+?)(?::(?<line>\d{1,9}))?(?::(?<column>\d{1,9}))?$/s;

module.exports = {
  name: 'source',
  description: 'Source code around a place that an answer names, or where the class or function of an object is defined.',
  arguments: {
    at: { type: 'text', help: '/app/cache.js:12:3', check: placeIn },
    id: { type: 'id', help: 'instead of at: @123' },
    around: { type: 'whole', min: 0, max: 40, default: 8, help: 'lines before and after' },
    snapshot: SNAPSHOT,
  },

  async run({ at, id, around, snapshot }, { ask, code }) {
    if (at === undefined && id === undefined) throw argumentError('arguments', 'an object with at or id', {});
    const place = at ?? (await ask([snapshot], 'node', { id })).source;
    if (place === null) throw notSupported(`the snapshot does not tell where the class or function of @${id} is defined`);
    const known = { ...place, line: place.line ?? 1 };
    return answerText({ head: [lineOf(sourceLabel({ ...known, column: place.column ?? 1 }))], rows: code.lines(known, around).map((each) => lineOf(each)) });
  },
};

function placeIn(what, value) {
  const { script, line, column } = typeof value === 'string' ? (PLACE.exec(value)?.groups ?? {}) : {};
  if (script === undefined) throw argumentError(what, 'a place such as /app/cache.js:12:3', value);
  return { script, line: line === undefined ? null : Math.max(1, Number(line)), column: column === undefined ? undefined : Math.max(1, Number(column)) };
}
