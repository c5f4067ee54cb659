'use strict';

/** `objects`: objects that match, or one with what it refers to and what refers to it. */

const { formatAmount, formatBytes } = require('../../format/numbers.js');
const { answerText } = require('../answer.js');
const { CLASS, PAGE, SNAPSHOT } = require('../common.js');
const { nodeRow, treeRow } = require('../rows.js');

/** References in each direction. */
const NEIGHBOURS = 12;

module.exports = {
  name: 'objects',
  description: 'Objects of a class, or that match other conditions, largest first. With id: one object, what it refers to and what refers to it.',
  arguments: {
    id: { type: 'id', help: '@123' },
    class: CLASS,
    name: { type: 'text', as: 'contains', help: 'part of the name of the object' },
    retainedBy: { type: 'id', help: 'id: what would be freed with that object' },
    detached: { type: 'boolean', help: 'detached DOM nodes' },
    sort: { type: 'choice', choices: ['retainedSize', 'selfSize', 'distance'], default: 'retainedSize' },
    ...PAGE,
    snapshot: SNAPSHOT,
  },

  async run({ snapshot, id, class: of, ...query }, context) {
    if (id !== undefined) return oneObject(id, snapshot, context);
    const { ask, shown } = context;
    const page = ({ sort, limit, offset }) => ({ sort, limit, offset });
    const found = of?.index === undefined ? await ask([snapshot], 'filter', { ...query, class: of }) : await ask([snapshot], 'classInstances', { class: of.index, ...page(query) });
    const { total, selfSize, nodes } = found;
    return answerText({
      head: [`${formatAmount(total, 'object')}, self size ${formatBytes(selfSize)}.${total === 0 ? ' Names in questions are those of the heap: see classes.' : ''}`],
      rows: nodes.map((node) => nodeRow(node, shown)),
      total,
      offset: query.offset,
      noun: 'object',
    });
  },
};

async function oneObject(id, snapshot, { ask, shown }) {
  const node = await ask([snapshot], 'node', { id });
  const page = { id, limit: NEIGHBOURS };
  const references = await ask([snapshot], 'references', page);
  const retainers = await ask([snapshot], 'retainers', page);
  const list = (title, { total, items }, joint) => [
    `${title} ${formatAmount(total, 'object')}${total > items.length ? `, the first ${items.length}` : ''}:`,
    ...items.map((item) => treeRow(item, joint, shown)),
  ];
  return answerText({
    head: [nodeRow(node, shown)],
    rows: [...list('Referred to by', retainers, ' of '), ...list('Refers to', references, ' → ')],
    foot: [`Ask next: paths with of "@${id}" shows what holds it.`],
  });
}
