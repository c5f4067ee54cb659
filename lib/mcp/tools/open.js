'use strict';

/** `open`: reads snapshots, and answers at once what leaks in them. */

const { formatBytes, formatBytesDelta } = require('../../format/numbers.js');
const { nodeLabel, sourceLabel } = require('../../format/labels.js');
const { heap } = require('../../format/spans.js');
const { MAX_ANSWER, answerText, lineOf, listOf, sizeOf } = require('../answer.js');
const { leakLines, leaksIn } = require('../leak.js');
const { retained } = require('../rows.js');

/** Objects to list where nothing is suspected. */
const LARGEST = 5;

module.exports = {
  name: 'open',
  description:
    'Open V8 heap snapshots (.heapsnapshot, .heaptimeline, plain or compressed) and get at once what leaks: verdict, growth, and for each suspect its class, holder, path, place in the source and advice. Give snapshots of one process, oldest first: three show a leak, one only what is large. They stay open as s1, s2 … for the other tools.',
  arguments: { files: { type: 'words', required: true, help: 'paths, oldest first' } },

  async run({ files }, { root, open }) {
    const series = await open(files.map((file) => root.file(file)));
    return textOf(series);
  },
};

function textOf({ entries, report }) {
  const head = [
    lineOf('Verdict: ', heap(report.verdict)),
    ...growth(report),
    lineOf('Open: ', heap(entries.map(({ name, title }) => `${name} ${title}`).join(', ')), `. Other tools ask about ${entries.at(-1).name} unless they are told otherwise.`),
  ];
  const foot = [...(report.warnings ?? []).map((warning) => lineOf('Warning: ', heap(warning))), ...next(report, entries)];
  const leaks = leaksIn(report);
  const rows = leaks.length > 0 ? leakRows(leaks, report, MAX_ANSWER - sizeOf([...head, ...foot])) : otherwise(report);
  return answerText({ head, rows, foot });
}

function growth({ growth: change }) {
  if (change === null) return [];
  const { before, after, added, explained } = change;
  return [`Growth: ${formatBytes(before)} to ${formatBytes(after)} (${added.map(formatBytesDelta).join(', then ')}); suspects explain ${formatBytes(explained)}.`];
}

/** As many in full as fit, at least the first; then those in brief; the number of others. */
function leakRows(leaks, { timeline }, space) {
  const full = leaks.map(({ row, title }) => leakLines(row, { title, timeline }).join('\n'));
  const brief = leaks.map(({ row, title }) => leakLines(row, { title, timeline, isBrief: true }).join('\n'));
  for (let inFull = leaks.length; inFull > 1; inFull -= 1) {
    const rows = [...full.slice(0, inFull), ...brief.slice(inFull)];
    if (sizeOf(rows) <= space) return rows;
  }
  const rows = [full[0], ...brief.slice(1)];
  let shown = rows.length;
  while (shown > 1 && sizeOf(rows.slice(0, shown)) > space - 80) shown -= 1;
  return shown === rows.length ? rows : [...rows.slice(0, shown), `${rows.length - shown} more: ask suspect for number ${shown + 1} and up.`];
}

/** What grew without being suspected, or what is large. */
function otherwise({ candidates, biggest }) {
  if (candidates.length > 0) {
    return candidates.map(({ className, path, addedBytes, why }) => lineOf('Grew: ', heap(className), `, ${formatBytesDelta(addedBytes)}, held by `, heap(path), ': ', heap(why)));
  }
  return biggest.slice(0, LARGEST).map((node) => lineOf('Large: ', listOf([...nodeLabel(node), ' ', retained(node)], node.path === null ? null : ['held by ', heap(node.path)], sourceLabel(node.source))));
}

function next({ suspects, inconclusive }, entries) {
  if (suspects.length + inconclusive.length > 0) return ['Ask next: suspect shows the steps and the code of one; paths takes an example (@ID) or a class; what_if tells what a fix frees.'];
  return [entries.length < 3 ? 'Ask next: three snapshots of one process, taken while the program does the same work, tell what leaks; classes and objects list what is large.' : 'Ask next: diff, classes and objects list what changed and what is large.'];
}
