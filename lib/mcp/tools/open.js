'use strict';

/** `open`: reads snapshots, and answers at once what leaks in them. */

const { formatBytes, formatBytesDelta } = require('../../format/numbers.js');
const { nodeLabel, sourceLabel } = require('../../format/labels.js');
const { heap } = require('../../format/spans.js');
const { argumentError } = require('../../api/errors.js');
const { answerText, lineOf, listOf, sizeOf, spaceBeside } = require('../answer.js');
const { textsOf } = require('../common.js');
const { leakLines, leaksIn } = require('../leak.js');
const { retained } = require('../rows.js');

/** Objects to list where nothing is suspected. */
const LARGEST = 5;
/** Bytes of the line about suspects that do not fit. */
const OTHERS = 80;

module.exports = {
  name: 'open',
  description:
    'Open V8 heap snapshots (.heapsnapshot, .heaptimeline, plain or compressed), or take one of a running program, and get at once what leaks: verdict, growth, and for each suspect its class, holder, path, place in the source and advice. Give snapshots of one process, oldest first: three show a leak, one only what is large. They stay open as s1, s2 … for the other tools.',
  arguments: {
    files: textsOf({ help: 'paths, oldest first' }),
    attach: { type: 'string', help: 'instead: process id, port or host:port of a local program, which stops for about a second; each call adds a snapshot to its series' },
  },

  async run({ files = [], attach: target }, { root, open, attach }) {
    if ((files.length > 0) === (target !== undefined)) throw argumentError('arguments', 'an object with files or attach', { files, attach: target });
    if (target === undefined) return textOf(await open(files.map((file) => root.file(file))));
    return textOf(await attach(target), target);
  },
};

/** @param {string} [target] of a running program */
function textOf({ entries, report }, target) {
  const head = [
    lineOf('Verdict: ', heap(report.verdict)),
    ...growth(report),
    lineOf('Open: ', heap(namesOf(entries)), `. Other tools ask about ${entries.at(-1).name} unless they are told otherwise.`),
  ];
  const foot = [...(report.warnings ?? []).map((warning) => lineOf('Warning: ', heap(warning))), ...next(report, entries, target)];
  const leaks = leaksIn(report);
  const rows = leaks.length > 0 ? leakRows(leaks, report, spaceBeside([...head, ...foot])) : otherwise(report);
  return answerText({ head, rows, foot });
}

/** `s1 one.heapsnapshot, s2 two.heapsnapshot`; of a program that was attached to `s1, s2 of server.js`. */
function namesOf(entries) {
  const titles = new Set(entries.map(({ title }) => title));
  if (titles.size === 1) return `${entries.map(({ name }) => name).join(', ')} of ${[...titles][0]}`;
  return entries.map(({ name, title }) => `${name} ${title}`).join(', ');
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
  while (shown > 1 && sizeOf(rows.slice(0, shown)) > space - OTHERS) shown -= 1;
  return shown === rows.length ? rows : [...rows.slice(0, shown), `${rows.length - shown} more: ask suspect for number ${shown + 1} and up.`];
}

/** What grew without being suspected, or what is large. */
function otherwise({ candidates, biggest }) {
  if (candidates.length > 0) {
    return candidates.map(({ className, path, addedBytes, why }) => lineOf('Grew: ', heap(className), `, ${formatBytesDelta(addedBytes)}, held by `, heap(path), ': ', heap(why)));
  }
  return biggest.slice(0, LARGEST).map((node) => lineOf('Large: ', listOf([...nodeLabel(node), ' ', retained(node)], node.path === null ? null : ['held by ', heap(node.path)], sourceLabel(node.source))));
}

function next({ suspects, inconclusive }, entries, target) {
  if (target !== undefined && entries.length < 3) return [lineOf('Ask next: let the program do its work, then open with attach ', heap(target), ' again, until three snapshots tell what leaks.')];
  if (suspects.length + inconclusive.length > 0) return [`Ask next: suspect shows the steps and the code of one; paths takes an example (@ID) or a class; what_if tells what a fix frees.`];
  return [entries.length < 3 ? 'Ask next: three snapshots of one process, taken while the program does the same work, tell what leaks; classes and objects list what is large.' : 'Ask next: diff, classes and objects list what changed and what is large.'];
}
