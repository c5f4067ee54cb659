'use strict';

/** `paths`: what holds an object or the objects of a class. */

const { formatAmount } = require('../../format/numbers.js');
const { heap } = require('../../format/spans.js');
const { answerText, lineOf } = require('../answer.js');
const { className } = require('../class-name.js');
const { noObjectOf } = require('../errors.js');
const { OBJECT_OR_CLASS, SNAPSHOT } = require('../common.js');
const { stepRows } = require('../rows.js');

module.exports = {
  name: 'paths',
  description: 'What holds an object or all objects of a class: shortest paths from GC roots, as code, merged by shape for a class, with the steps of the first.',
  arguments: {
    of: { ...OBJECT_OR_CLASS, required: true },
    limit: { type: 'whole', min: 1, max: 20, default: 5 },
    snapshot: SNAPSHOT,
  },

  async run({ of: given, limit, snapshot }, { ask, shown }) {
    const of = await className(given, snapshot, ask);
    const { total, unreachable, patterns, paths } = await ask([snapshot], 'retainingPaths', { of, limit });
    if (total === 0) throw noObjectOf(of);
    const alone = total === 1;
    const count = alone ? '' : `${formatAmount(total, 'object')}, ${formatAmount(patterns, 'path shape')}. `;
    const lost = unreachable === 0 ? '' : `${formatAmount(unreachable, 'object')} not reachable: garbage, or only weakly referenced. `;
    const rows = paths.map((path) => lineOf(alone ? 'held by ' : `${formatAmount(path.count, 'object')} held by `, heap(path.text)));
    const steps = paths.slice(0, 1).flatMap((path) => [`Steps of the first path${alone ? '' : ', to the object nearest to a root'}:`, ...stepRows(path, shown)]);
    return answerText({ head: [`${count}${lost}`.trim()].filter(Boolean), rows: [...rows, ...steps], foot: patterns > paths.length ? [`More paths: ask again with limit above ${limit}.`] : [] });
  },
};
