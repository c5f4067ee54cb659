'use strict';

/** Formats a report as workflow commands of GitHub Actions, which annotate the lines of a pull request. */

const { findingsOf } = require('./findings.js');
const { formatAmount } = require('./numbers.js');
const { visible } = require('./text.js');

/** Annotations of one level that GitHub shows of a step; it drops the rest. */
const MAX_OF_LEVEL = 10;
/** GitHub cuts titles at 255 characters, and refuses messages of 64 KB; a message in a diff should be short. */
const MAX_TITLE = 255;
const MAX_MESSAGE = 4096;

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * @param {import('../../index').Report} report
 * @param {{ exceeded?: string[] }} [options] thresholds that were exceeded
 */
function formatGithub(report, { exceeded = [] } = {}) {
  const thresholds = exceeded.map((text) => ({ level: 'error', title: 'Threshold exceeded', lines: [visible(text)], place: null }));
  const annotations = [...thresholds, ...findingsOf(report)];
  const lines = Object.keys(COMMANDS).flatMap((level) => fewOf(annotations.filter((each) => each.level === level)).map(commandOf));
  return `${[...lines, visible(report.verdict)].join('\n')}\n`;
}

/** The last one that is shown says what is not. */
function fewOf(annotations) {
  if (annotations.length <= MAX_OF_LEVEL) return annotations;
  const shown = annotations.slice(0, MAX_OF_LEVEL - 1);
  const rest = annotations.slice(shown.length);
  const title = formatAmount(rest.length, 'more annotation');
  return [...shown, { level: rest[0].level, title, lines: [`GitHub shows ${MAX_OF_LEVEL} of a level. The others:`, ...rest.map((each) => each.title)], place: null }];
}

function commandOf({ level, title, lines, place }) {
  const properties = [
    ...(place === null ? [] : [['file', place.file], ...(place.line === null ? [] : [['line', String(place.line)], ['col', String(place.column)]])]),
    ['title', shortened(title, MAX_TITLE)],
  ];
  const shown = properties.map(([name, value]) => `${name}=${property(value)}`).join(',');
  return `::${COMMANDS[level]} ${shown}::${data(shortened(lines.join('\n'), MAX_MESSAGE))}`;
}

function shortened(text, length) {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

const data = (text) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

module.exports = { formatGithub };
