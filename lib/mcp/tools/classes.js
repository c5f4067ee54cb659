'use strict';

/** `classes`: the classes of a snapshot. */

const { formatAmount } = require('../../format/numbers.js');
const { answerText } = require('../answer.js');
const { PAGE, SNAPSHOT } = require('../common.js');
const { classRow } = require('../rows.js');

module.exports = {
  name: 'classes',
  description: 'Classes of a snapshot with their number of objects, self size and what they retain together.',
  arguments: {
    name: { type: 'text', as: 'contains', help: 'part of the name, or /regexp/flags' },
    sort: { type: 'choice', choices: ['retainedSize', 'selfSize', 'count'], default: 'retainedSize' },
    ...PAGE,
    snapshot: SNAPSHOT,
  },

  async run({ snapshot, ...query }, { ask }) {
    const { total, classes } = await ask([snapshot], 'classes', query);
    return answerText({ head: [`${formatAmount(total, 'class', 'classes')}.${total === 0 ? ' Names in questions are those of the heap, which source maps may change in answers: suspects and objects have ids, which paths takes.' : ''}`], rows: classes.map(classRow), total, offset: query.offset, noun: 'class', plural: 'classes' });
  },
};
