'use strict';

/** `group`: objects in groups, with what each group retains. */

const { formatAmount, formatBytes, formatBytesDelta, formatCountDelta } = require('../../format/numbers.js');
const { heap } = require('../../format/spans.js');
const { answerText, lineOf, listOf } = require('../answer.js');
const { CLASS, PAGE, SNAPSHOT, snapshotNamed, textsOf } = require('../common.js');
const { className } = require('../class-name.js');
const { retained } = require('../rows.js');

module.exports = {
  name: 'group',
  description: 'Objects in groups, with count, size and what each group retains without double counting. by: class, package, script, holder, path, property:NAME, size, age, distance; several are nested.',
  arguments: {
    class: CLASS,
    by: textsOf({ default: ['class'] }, ','),
    before: snapshotNamed('an earlier snapshot to compare with: groups that changed'),
    sort: { type: 'choice', choices: ['retainedSize', 'selfSize', 'count'], default: 'retainedSize' },
    ...PAGE,
    snapshot: SNAPSHOT,
  },

  async run({ class: of, before, snapshot, ...options }, { ask }) {
    const asked = before === undefined ? [snapshot] : [before, snapshot];
    const query = of === undefined ? {} : { class: await className(of, snapshot, ask) };
    const { groups, total, ...all } = await ask(asked, 'group', { ...options, query });
    return answerText({
      head: [lineOf(formatAmount(total, 'group'), ' of ', figures(all))],
      rows: groups.map((group) => groupLines(group, '').join('\n')),
      total,
      offset: options.offset,
      noun: 'group',
    });
  },
};

function groupLines({ key, id, groups = [], omitted = 0, sampleIds, ...row }, indent) {
  const samples = id === undefined && sampleIds.length > 0 ? [', such as ', heap(sampleIds.map((each) => `@${each}`).join(' '))] : [];
  const line = lineOf(indent, heap(key), id === undefined ? [] : ` @${id}`, ': ', figures(row), samples);
  const below = groups.flatMap((group) => groupLines(group, `${indent}  `));
  return [line, ...below, ...(omitted > 0 ? [`${indent}  ${formatAmount(omitted, 'more group')}`] : [])];
}

function figures({ count, selfSize, retainedSize, percent, countDelta, selfSizeDelta, retainedSizeDelta }) {
  const now = listOf(formatAmount(count, 'object'), `self ${formatBytes(selfSize)}`, percent === undefined ? `retaining ${formatBytes(retainedSize)}` : retained({ retainedSize, percent }));
  if (countDelta === undefined) return now;
  return [...now, ` (${formatCountDelta(countDelta)} objects, self ${formatBytesDelta(selfSizeDelta)}, retained ${formatBytesDelta(retainedSizeDelta)})`];
}
