'use strict';

// The messages of failing assertions.
//
// Colours are the test runner's own functions, or none: a palette is its `this.utils`.

const { leakLabel, ownerLabel, sourceLabel } = require('../format/labels.js');
const { formatAmount, formatBytes, formatBytesDelta, formatCount, formatCountDelta } = require('../format/numbers.js');
const { textOf } = require('../format/spans.js');
const { visible } = require('../format/text.js');

/** The class name of growth in bytes without objects: a buffer, array or string that gets longer. */
const HEAP = '(heap)';
const MAX_SHOWN = 5;

const asIs = (text) => text;
const PLAIN = { RECEIVED_COLOR: asIs, BOLD_WEIGHT: asIs, DIM_COLOR: asIs };

/** Aligned lines of `label  text`, without those that have no text. */
function details(rows, palette) {
  const shown = rows.filter(([, text]) => text !== null && text !== undefined && text !== '');
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${palette.DIM_COLOR(label.padEnd(width))}  ${text}`);
}

const place = (source) => textOf(sourceLabel(source));

/** Growth by round, written once if all rounds are equal. */
function eachRound(values, format) {
  if (values.length === 0) return '';
  const texts = values.map(format);
  return texts.every((text) => text === texts[0]) ? `${texts[0]} in each round` : texts.join(', ');
}

function growth({ addedCount, addedBytes }) {
  const objects = eachRound(addedCount, (count) => formatCountDelta(count));
  const bytes = eachRound(addedBytes, formatBytesDelta);
  return [objects && `${objects}`, bytes && `retaining ${bytes}`].filter(Boolean).join('; ');
}

/** `createOrder (/app/orders.js:3:9) 416, cron (/app/cron.js:12:3) 208`: the functions that allocated, with how much. */
function allocationLine(at) {
  if (!at) return '';
  return at.functions
    .map(({ functionName, source, count }) => `${visible(functionName || '(anonymous)')}${source === null ? '' : ` (${place(source)})`} ${formatCount(count)}`)
    .join(', ');
}

function leakLines(leak, palette) {
  const { className, path, holder, source, functions, component, advice, heap } = leak;
  const name = className === HEAP ? 'The heap grows' : `${palette.RECEIVED_COLOR(visible(leakLabel(leak)))} leaks`;
  const functionLines = functions
    .filter((each) => each.source !== null && place(each.source) !== place(source))
    .map((each) => ['function', `${visible(each.name || '(anonymous)')} ${place(each.source)}`]);
  return [
    `${name}${className === HEAP ? ', although no class does' : ''}`,
    ...details(
      [
        ['in', heap && visible(heap)],
        ['growth', growth(leak)],
        ['path', path && palette.BOLD_WEIGHT(visible(path))],
        ['held by', holder && `${visible(holder.className)} ${visible(holder.path)}`],
        ['declared', holder && textOf(ownerLabel(holder.owner))],
        ['source', source && place(source)],
        ...functionLines,
        ['component', component && `${visible(component.name || '(anonymous)')} ${place(component.source)}`],
        ['allocated at', allocationLine(leak.allocatedAt)],
        ['advice', advice],
      ],
      palette,
    ),
  ];
}

/**
 * @param {{ leaks: import('../../testing/index').Leak[], rounds: number, saved?: string, warnings?: string[] }} result
 * @param {{ iterations: number }} options
 */
function leakMessage({ leaks, rounds, saved, warnings }, { iterations }, palette = PLAIN) {
  const calls = `${formatAmount(rounds, 'round')} of ${formatAmount(iterations, 'call')}`;
  if (leaks.length === 0) return `Nothing grew in ${calls}.`;
  const more = leaks.length - MAX_SHOWN;
  return [
    `Memory grew in each of ${calls}:`,
    ...leaks.slice(0, MAX_SHOWN).flatMap((leak) => ['', ...leakLines(leak, palette)]),
    ...(more > 0 ? ['', `… and ${formatAmount(more, 'more class', 'more classes')}`] : []),
    ...warningLines(warnings),
    '',
    saved === undefined ? palette.DIM_COLOR('HEAPRAY_SAVE=<folder> keeps the heap snapshot of a failure.') : `Snapshot: ${saved}`,
  ].join('\n');
}

/** @param {string[]} [warnings] source maps that were not used, and why */
function warningLines(warnings = []) {
  return warnings.length === 0 ? [] : ['', ...warnings.map(visible)];
}

/** @param {{ className: string, addedCount: number, addedSize: number, path?: string | null }[]} rows */
function growthMessage(rows, palette = PLAIN, warnings = []) {
  if (rows.length === 0) return 'No class has more objects than before.';
  const more = rows.length - MAX_SHOWN;
  return [
    `${formatAmount(rows.length, 'class has', 'classes have')} more objects than before:`,
    ...rows.slice(0, MAX_SHOWN).flatMap(({ name, countDelta, sizeDelta, path, source }) => [
      '',
      `${palette.RECEIVED_COLOR(visible(name))} ${formatCountDelta(countDelta)} (${formatBytesDelta(sizeDelta)})`,
      ...(path || source ? details([['path', path && palette.BOLD_WEIGHT(visible(path))], ['source', source && place(source)]], palette) : []),
    ]),
    ...(more > 0 ? ['', `… and ${formatAmount(more, 'more class', 'more classes')}`] : []),
    ...warningLines(warnings),
  ].join('\n');
}

/** @param {import('../../index').RetainingPath[]} paths */
function pathLines(paths, palette = PLAIN) {
  const texts = [...new Set(paths.map(({ text }) => text))];
  return texts.slice(0, MAX_SHOWN).map((text) => `  ${palette.BOLD_WEIGHT(visible(text))}`);
}

module.exports = { PLAIN, growthMessage, leakMessage, pathLines, warningLines };
