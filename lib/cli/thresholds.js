'use strict';

/**
 * `--fail-on EXPRESSION`: whether the exit code is 1.
 *
 * An expression is METRIC OPERATOR VALUE: `total>500MB`, `detached>0`, `growth>10%`,
 * `class:Session.count>1000`. It is the condition for failure. Metrics are functions of the answer, so this file is
 * independent of snapshots; the verb looks up classes, because a report lists only the largest.
 */

const { InvalidArgumentError, Option } = require('commander');
const { formatBytes, formatCount, formatPercent } = require('../format/numbers.js');
const { toBytes } = require('../api/typed.js');

const OPERATORS = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

// Splits at the last operator, so that a class may be called `<div>`.
const EXPRESSION = /^\s*(.+?)\s*(>=|<=|==|!=|>|<)\s*([+-]?\d[^<>=!]*|[A-Za-z]+)\s*$/s;

const CLASS_METRIC = /^class:(.+)\.([A-Za-z]+)$/s;

/**
 * The metrics of one verb.
 * @typedef {object} Metrics
 * @property {Record<string, { unit: 'bytes' | 'count' | 'percent' | 'word', words?: string[], of: (answer: object) => number, about: string }>} metrics
 *   a word is compared by its position among `words`
 * @property {Record<string, 'bytes' | 'count' | 'percent'>} [classFields] fields of `class:NAME.FIELD`
 * @property {(answer: object) => number} [whole] the base of percentages
 */

/** `--fail-on`, which may be repeated. */
function addThresholds(command, metrics) {
  const option = new Option('--fail-on <threshold>', 'exit with 1 if this condition is met; repeatable, see below');
  return command.addOption(option.argParser((text, previous = []) => [...previous, parseThreshold(text, metrics)]));
}

function parseThreshold(text, metrics) {
  const match = EXPRESSION.exec(text);
  const expected = () => new InvalidArgumentError(`Expected METRIC OPERATOR VALUE, such as '${exampleOf(metrics)}'.`);
  if (match === null) throw expected();
  const [, name, operator, value] = match;
  const metric = metricNamed(name, metrics);
  if (metric.words === undefined && !/\d/.test(value)) throw expected();
  return { text: `${name} ${operator} ${value.trim()}`, ...metric, operator, ...limitOf(value.trim(), metric, metrics) };
}

function metricNamed(name, { metrics, classFields }) {
  if (Object.hasOwn(metrics, name)) return { metric: name, unit: metrics[name].unit, words: metrics[name].words };
  const [, className, field] = CLASS_METRIC.exec(name) ?? [];
  if (classFields !== undefined && field !== undefined && Object.hasOwn(classFields, field)) return { className, field, unit: classFields[field] };
  const known = Object.keys(metrics);
  if (classFields !== undefined) known.push(`class:NAME.${Object.keys(classFields).join('|')}`);
  throw new InvalidArgumentError(`Unknown metric '${name}', expected ${known.join(', ')}.`);
}

/** Bytes may have a unit or be a percentage of the whole; all else is a plain number. */
function limitOf(text, { unit, words }, { whole }) {
  if (words !== undefined) {
    if (!words.includes(text)) throw new InvalidArgumentError(`'${text}' is none of ${words.join(', ')}.`);
    return { limit: words.indexOf(text), ofWhole: false };
  }
  const percent = /^([+-]?\d+(?:\.\d+)?)\s*%$/.exec(text);
  if (percent !== null && (unit === 'percent' || (unit === 'bytes' && whole !== undefined))) {
    return { limit: Number(percent[1]), ofWhole: unit === 'bytes' };
  }
  const limit = unit === 'bytes' ? toBytes(text) : /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (limit === undefined) throw new InvalidArgumentError(unit === 'bytes' ? `'${text}' is not a size such as 10kB, 1.5MB or 1GiB.` : `'${text}' is not a number.`);
  return { limit, ofWhole: false };
}

function exampleOf({ metrics }) {
  const [name, { unit }] = Object.entries(metrics)[0];
  return unit === 'bytes' ? `${name}>10MB` : `${name}>0`;
}

/** Names of the classes in thresholds. */
function classesIn(thresholds = []) {
  return [...new Set(thresholds.filter(({ className }) => className !== undefined).map(({ className }) => className))];
}

/**
 * The exceeded thresholds, each as a sentence.
 * @param {Map<string, object>} classes rows by class name; every field of a missing class is 0
 */
function exceededIn(thresholds = [], answer, { metrics, whole }, classes = new Map()) {
  return thresholds.flatMap((threshold) => {
    const { metric, className, field, operator, unit, words } = threshold;
    const actual = metric === undefined ? (classes.get(className)?.[field] ?? 0) : metrics[metric].of(answer);
    const limit = threshold.ofWhole ? (threshold.limit / 100) * whole(answer) : threshold.limit;
    if (!OPERATORS[operator](actual, limit)) return [];
    const share = threshold.ofWhole && whole(answer) > 0 ? `${formatPercent((actual / whole(answer)) * 100)}: ` : '';
    return [`${threshold.text} (it is ${share}${words?.[actual] ?? shown(actual, unit)})`];
  });
}

function shown(value, unit) {
  if (unit === 'percent') return formatPercent(value);
  return unit === 'bytes' && Math.abs(value) >= 1000 ? `${formatBytes(value)}, ${formatCount(value)} bytes` : unit === 'bytes' ? formatBytes(value) : formatCount(value);
}

/** The part of `--help` that lists the metrics. */
function metricsHelp({ metrics, classFields, whole }) {
  const rows = Object.entries(metrics).map(([name, { about }]) => [name, about]);
  if (classFields !== undefined) rows.push([`class:NAME.FIELD`, `of one class; FIELD is ${Object.keys(classFields).join(', ')}`]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const percent = whole === undefined ? '' : ' A size may be a percentage of the heap.';
  return [
    `Thresholds (--fail-on 'METRIC OPERATOR VALUE', operators > >= < <= == !=):`,
    ...rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`),
    `  The exit code is 1 if any of them is met.${percent}`,
  ].join('\n');
}

module.exports = { addThresholds, classesIn, exceededIn, metricsHelp };
