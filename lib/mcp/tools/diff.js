'use strict';

/** `diff`: what changed from one snapshot to another. */

const { hasChanged } = require('../../format/diff.js');
const { formatBytes, formatBytesDelta, formatCountDelta } = require('../../format/numbers.js');
const { answerText } = require('../answer.js');
const { PAGE, SNAPSHOT, snapshotNamed } = require('../common.js');
const { classChangeRow, nodeChangeRow } = require('../rows.js');

/** Those that did not change are left out, which pages must not count. */
const ALL_CLASSES = 100_000;

module.exports = {
  name: 'diff',
  description: 'What changed between two snapshots: classes by growth, or objects that are new, grown or freed, with the path that holds each. What leaks is told by open.',
  arguments: {
    before: snapshotNamed('default the oldest of its series'),
    after: SNAPSHOT,
    mode: { type: 'choice', choices: ['classes', 'new', 'grown', 'freed'], default: 'classes' },
    ...PAGE,
  },

  async run({ before, after, mode, limit, offset }, { ask, snapshots, shown }) {
    const from = before ?? snapshots.series(after).entries[0].name;
    const isOfClasses = mode === 'classes';
    const page = isOfClasses ? { limit: ALL_CLASSES } : { limit, offset, paths: true };
    const { sameProcess, before: old, after: now, classes, nodes, ...rest } = await ask([from, after], 'diff', { mode, ...page });
    const changed = isOfClasses ? classes.filter(hasChanged) : [];
    return answerText({
      head: [
        `${formatBytesDelta(now.size - old.size)}: ${formatBytes(old.size)} to ${formatBytes(now.size)}, ${formatCountDelta(now.nodes - old.nodes)} objects.`,
        ...(sameProcess ? [] : ['The snapshots are of different processes: only totals of classes can be compared.']),
      ],
      rows: isOfClasses ? changed.slice(offset, offset + limit).map(classChangeRow) : nodes.map((node) => nodeChangeRow(node, shown)),
      total: isOfClasses ? changed.length : rest.total,
      offset,
      noun: isOfClasses ? 'class' : 'object',
      plural: isOfClasses ? 'classes' : 'objects',
    });
  },
};
