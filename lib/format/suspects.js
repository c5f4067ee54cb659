'use strict';

/** Formats suspects: class, holder, place in the source, confidence and advice. */

const { statusText } = require('./baseline.js');
const document = require('./document.js');
const { functionLabel, leakLabel, ownerLabel, sourceLabel } = require('./labels.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCount, formatCountDelta, formatPercent } = require('./numbers.js');
const { heap, words } = require('./spans.js');
const { displayWidth, visible } = require('./text.js');

/** The number of allocating functions that text shows for a suspect. */
const MAX_ALLOCATING = 3;

/** The share of the objects of a place that is alive for a likely suspect to be sure, as in the core. */
const SURE_SURVIVAL = 0.75;

const SURE = { high: 'sure', medium: 'likely', low: 'possible' };

/**
 * @param {object} [timeline] of a report on one snapshot with samples
 * @param {object} [baseline] what of the rows is known
 */
function suspects(rows, timeline, baseline) {
  if (rows.length === 0) return [];
  const known = new Map(baseline?.leaks.map((leak) => [leak.fingerprint, statusText(leak)]));
  return [document.heading('Suspects', 'what leaks, and what holds it'), document.details(rows.map((row) => suspectEntry(row, timeline, known.get(row.fingerprint))))];
}

/** Of two snapshots: what leaks or was filled. */
function inconclusive(rows, timeline) {
  if (rows.length === 0) return [];
  const about =
    timeline === undefined
      ? 'empty in the first snapshot: a leak, or filled once; a third snapshot tells which'
      : 'grew in one interval: a leak, or filled once; a longer timeline tells which';
  return [document.heading('Inconclusive', about), document.details(rows.map((row) => suspectEntry(row, timeline)))];
}

function suspectEntry(row, timeline, status) {
  const { className, count, bytes, percent, confidence, holder, path, source, functions, component, otherHolders, deadVariables = [], sampleIds } = row;
  return {
    figures: [words(formatAmount(count, 'object'), 'alarm'), words(formatBytes(bytes), 'strong'), words(formatPercent(percent))],
    label: heap(leakLabel(row)),
    details: [
      ['baseline', status === undefined ? null : heap(status)],
      ['why', sentence(row.reason, [className, holder.path, path])],
      ['added', added(row)],
      ['held by', heap(`${holder.className} @${holder.id}: ${holder.path}`, 'path')],
      ['declared', ownerLabel(holder.owner)],
      ['path', heap(path, 'path')],
      ['class', sourceLabel(source)],
      ...functions.filter((each) => each.source !== null).map((each) => ['function', functionLabel(each)]),
      ...(component === undefined ? [] : [['component', functionLabel(component)]]),
      ['code', { lines: codeLines(row.code) }],
      ...allocated(row.allocatedAt).map((each) => ['allocated', each]),
      ...otherHolders.map((other) => ['also held by', heap(`${other.className} @${other.id}: ${other.path}`, 'path')]),
      ...deadVariables.map((dead) => ['keeps', keeps(dead)]),
      ['frees', freed(row)],
      ['certainty', `${SURE[confidence]}${confidence === 'high' ? '' : `: ${timeline === undefined ? doubt(row) : doubtOfTimeline(row)}`}`],
      ['next', sentence(row.advice, deadVariables.flatMap(({ variable, owner }) => [variable, owner?.name ?? '']))],
      ['examples', heap(sampleIds.map((id) => `@${id}`).join(' '), 'id')],
      ['fingerprint', heap(row.fingerprint, 'id')],
    ],
  };
}

/** Lines of code with their numbers, and a caret below the column that matters. */
function codeLines(code) {
  if (!code) return [];
  const width = String(code.lines.at(-1).line).length;
  const numbered = (number, text) => [words(`${number.padStart(width)} │ `, 'faint'), heap(text)];
  return code.lines.flatMap(({ line, text }) => {
    const shown = numbered(String(line), withoutTabs(text));
    if (line !== code.line) return [shown];
    const before = displayWidth(visible(withoutTabs(text.slice(0, code.column - 1))));
    return [shown, [words(`${' '.repeat(width)} │ ${' '.repeat(before)}`, 'faint'), words('^', 'alarm')]];
  });
}

const withoutTabs = (text) => text.replaceAll('\t', '  ');

/** `createOrder /app/orders.js:3:9 624: < httpHandler 416, < cron 208`, a line for each of the first functions. */
function allocated(at) {
  // Reports of earlier versions lack it.
  if (!at) return [];
  return at.functions.slice(0, MAX_ALLOCATING).map((each) => {
    const callers = each.callers.map(callChain).join(', ');
    return [
      heap(each.functionName || '(anonymous)'),
      words(' '),
      ...sourceLabel(each.source),
      words(` ${formatAmount(each.count, 'object')}`),
      ...(callers === '' ? [] : [words(': '), heap(callers)]),
    ];
  });
}

/** `< route < onRequest 416`: callers up to the first that several functions called. */
function callChain(call) {
  const chain = [];
  let at = call;
  while (at !== undefined) {
    chain.push(`< ${at.functionName || '(anonymous)'}`);
    at = at.callers.length === 1 && at.callers[0].count === at.count ? at.callers[0] : undefined;
  }
  return `${chain.join(' ')} ${formatCount(call.count)}`;
}

/** `big in function subscribe, app.js:5:21 (80.0 kB each, 1.6 MB in all), which no live function reads` */
function keeps({ variable, owner, contexts, freedIfCleared }) {
  const declared = ownerLabel(owner);
  const size = contexts === 1 ? formatBytes(freedIfCleared) : `${formatBytes(freedIfCleared / contexts)} each, ${formatBytes(freedIfCleared)} in all`;
  return [heap(variable), ...(declared.length === 0 ? [] : [words(', '), ...declared]), words(` (${size}), which no live function reads`)];
}

/** Other holders, which keep what the first one releases. */
function freed({ freedIfReleased, otherHolders, freedIfAllRelease }) {
  const alone = `${formatBytes(freedIfReleased)} if this holder releases them`;
  if (otherHolders.length === 0) return alone;
  return `${alone}, ${formatBytes(freedIfAllRelease)} if all holders do`;
}

/** Growth by interval, if there are intervals. */
function added({ addedCount, addedBytes }) {
  if (addedBytes !== null && isGrowingObject({ addedCount })) return addedBytes.map(formatBytesDelta).join(', then ');
  return addedCount
    .map((count, i) => (addedBytes === null ? formatCountDelta(count) : `${formatCountDelta(count)} (${formatBytesDelta(addedBytes[i])})`))
    .join(', then ');
}

/** Whether the objects grew, and not their number. */
function isGrowingObject({ addedCount }) {
  return addedCount.length > 0 && addedCount.every((count) => count === 0);
}

function doubt({ addedCount, addedBytes, mayHaveBound, survival }) {
  if (addedCount.length === 0) return 'one snapshot shows what is large, not what grows';
  if (addedBytes === null) return 'the snapshots have no ids in common';
  if (mayHaveBound) return 'its holder may have a bound';
  if (addedCount.length === 1) return 'two snapshots show one interval';
  if (isGrowingObject({ addedCount })) return 'growth was uneven, or a different object grew each time';
  return survival === null ? 'too few earlier objects to tell whether they stay' : 'it did not grow in every interval';
}

function doubtOfTimeline({ addedCount, mayHaveBound, survival }) {
  if (mayHaveBound) return 'its holder may have a bound';
  if (isGrowingObject({ addedCount })) return 'a timeline shows that it is large and new, not how it grew';
  if (addedCount.length === 1) return 'the timeline has one interval';
  if (survival === null) return 'what died during the timeline is unknown';
  return survival < SURE_SURVIVAL ? 'other objects that were allocated at the same places are gone' : 'it did not grow in every interval';
}

/** A sentence of ours that contains names of the heap, which keep their role. */
function sentence(text, names) {
  const longestFirst = [...new Set(names)].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  let pieces = [text];
  for (const name of longestFirst) {
    pieces = pieces.flatMap((piece) => (typeof piece === 'string' ? split(piece, name) : [piece]));
  }
  return pieces.map((piece) => (typeof piece === 'string' ? words(visible(piece)) : piece));
}

function split(text, name) {
  return text.split(name).flatMap((part, i) => (i === 0 ? [part] : [heap(name), part]));
}

module.exports = { SURE, codeLines, freed, keeps, sentence, suspectEntry, suspects, inconclusive };
