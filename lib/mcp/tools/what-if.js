'use strict';

/** `what_if`: what would be freed if references were cut and objects removed. */

const { formatAmount, formatBytes, formatPercent } = require('../../format/numbers.js');
const { nodeLabel } = require('../../format/labels.js');
const { heap } = require('../../format/spans.js');
const { argumentError } = require('../../api/errors.js');
const { answerText, lineOf, listOf } = require('../answer.js');
const { className } = require('../class-name.js');
const { noObjectOf } = require('../errors.js');
const { OBJECT_OR_CLASS, SNAPSHOT, textsOf } = require('../common.js');

module.exports = {
  name: 'what_if',
  description: 'What would be freed, exactly, if references were cut (@12.cache, @12[5], @12->@34) and objects removed, and what still holds the rest: to check a fix before it is made.',
  arguments: {
    cut: textsOf(),
    remove: textsOf({ help: '@12, class names, or #N' }),
    limit: { type: 'whole', min: 1, max: 100, default: 10, help: 'classes' },
    snapshot: SNAPSHOT,
  },

  async run({ cut = [], remove = [], limit, snapshot }, { ask, shown }) {
    if (cut.length + remove.length === 0) throw argumentError('arguments', 'an object with cut or remove', {});
    const removals = [];
    for (const [i, each] of remove.entries()) {
      const what = await className(OBJECT_OR_CLASS.check(`arguments.remove[${i}]`, each), snapshot, ask);
      if (typeof what !== 'number' && (await ask([snapshot], 'filter', { class: what, limit: 0 })).total === 0) throw noObjectOf(what);
      removals.push(typeof what === 'number' ? what : { class: what });
    }
    const { removed, freed, before, after, held, ...rest } = await ask([snapshot], 'whatIf', { ...(cut.length > 0 && { cut }), ...(removals.length > 0 && { remove: removals }), limit });
    return answerText({
      head: [
        lineOf(`Frees ${formatBytes(freed.selfSize)} (${formatPercent(freed.percent)}) in `, formatAmount(freed.count, 'object'), `: ${formatBytes(before)} to ${formatBytes(after)}.`),
        `${formatAmount(rest.cut, 'reference')} cut, ${formatAmount(removed, 'object')} removed.`,
        ...held.map(({ node, path }) => lineOf('Still held: ', nodeLabel(node, shown), ' by ', heap(path))),
      ],
      rows: freed.classes.map(({ name, count, selfSize }) => lineOf('Freed: ', heap(name), ': ', listOf(formatAmount(count, 'object'), formatBytes(selfSize)))),
      foot: freed.total > freed.classes.length ? [`${formatAmount(freed.total - freed.classes.length, 'more class', 'more classes')}: ask again with limit above ${limit}.`] : [],
    });
  },
};
