'use strict';

/** Options several verbs share: flags → options of the API. */

const { InvalidArgumentError, Option } = require('commander');
const values = require('./values.js');

const FORMATS = ['text', 'json', 'markdown'];

const NODE_TYPES = [
  'hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic',
  'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape',
];

const NAMED_FILTERS = [
  'objectsRetainedByDetachedDomNodes',
  'objectsRetainedByContexts',
  'objectsRetainedByConsole',
  'objectsRetainedByEventHandlers',
  'duplicatedStrings',
  'sharedNativeContext',
  'noNativeContext',
];

/** Flags whose value may be left out. */
const MAY_BE_BARE = new Set(['--references', '--retainers', '--mine-only', '--script']);

/**
 * Bare flags → flags with an empty value, which their parsers read as `true`. The parser of the command
 * line would look at the next argument otherwise, and take the file for the value.
 */
function spellOutBareFlags(argv) {
  const end = argv.indexOf('--');
  return argv.map((argument, index) => {
    const isBare = MAY_BE_BARE.has(argument) && (end === -1 || index < end);
    return isBare ? `${argument}=` : argument;
  });
}

function orBare(parser) {
  return (text) => (text === '' ? true : parser(text));
}

/** `choices` shows and completes the values; `parser` decides, because a few lists are open. */
function option(flags, description, { parser, choices, hidden } = {}) {
  const result = new Option(flags, description);
  if (choices !== undefined) result.choices(choices);
  if (parser !== undefined) result.argParser(parser);
  return hidden ? result.hideHelp() : result;
}

function addOutputOptions(command, formats = FORMATS) {
  return command
    .optionsGroup('Output:')
    .addOption(option('--format <format>', 'how to print the answer', { choices: formats }).default('text'))
    .addOption(option('-o, --output <file>', 'write to the file, which is replaced at once when the answer is complete'));
}

function addPageOptions(command, { limit, rows = 'rows' }) {
  return command
    .addOption(option('--limit <count>', `${rows} to show (${limit})`, { parser: values.parseCount }))
    .addOption(option('--offset <count>', `${rows} to leave out before`, { parser: values.parseCount }));
}

function addOrderOptions(command, sorts, byDefault) {
  return command
    .addOption(option('--sort <by>', `what to sort by (default: ${byDefault})`, { choices: sorts }))
    .addOption(option('--order <order>', 'direction (default: largest first; distance, id and name from the start)', { choices: ['ascending', 'descending'] }))
    .addOption(option('--ascending', 'the same as --order ascending').implies({ order: 'ascending' }));
}

function addFilterOption(command) {
  const parser = (text) => {
    if (NAMED_FILTERS.includes(text) || /^nativeContext_\d+$/.test(text)) return text;
    throw new InvalidArgumentError(`Expected one of ${NAMED_FILTERS.join(', ')} or nativeContext_N.`);
  };
  return command.addOption(option('--filter <named>', "one of DevTools' filters, or nativeContext_N", { choices: NAMED_FILTERS, parser }));
}

/** Everything `Query` of the API has. */
function addQueryOptions(command) {
  const { parseContains, parseId, parseIds, parseList, parseRange, parseSize, parseText } = values;
  command
    .optionsGroup('Which objects (all conditions must hold):')
    .addOption(option('--id <ids>', 'ids, separated by commas', { parser: parseIds }))
    .addOption(option('--name <text>', 'the name is TEXT, or matches /REGEXP/flags', { parser: parseText }).conflicts('nameContains'))
    .addOption(option('--name-contains <text>', 'the name contains TEXT, in whatever case', { parser: parseContains }))
    .addOption(option('--type <types>', "V8's node types, separated by commas", { choices: NODE_TYPES, parser: parseList }))
    .addOption(option('--class <text>', 'the class is TEXT, or matches /REGEXP/flags', { parser: parseText }).conflicts('classContains'))
    .addOption(option('--class-contains <text>', 'the class contains TEXT, in whatever case', { parser: parseContains }))
    .addOption(option('--script [text]', 'has a source location; in the script TEXT or matching /REGEXP/flags', { parser: orBare(parseText) }))
    .addOption(option('--no-script', 'has no source location'))
    .addOption(option('--min-self <size>', 'self size at least SIZE: 10kB, 1.5MB, 1GiB …', { parser: parseSize }))
    .addOption(option('--max-self <size>', 'self size at most SIZE', { parser: parseSize }))
    .addOption(option('--min-retained <size>', 'retained size at least SIZE', { parser: parseSize }))
    .addOption(option('--max-retained <size>', 'retained size at most SIZE', { parser: parseSize }))
    .addOption(option('--distance <range>', 'steps from a GC root: 3, 3..7, 3.. or ..7', { parser: parseRange }))
    .addOption(option('--detached', 'detached DOM nodes'))
    .addOption(option('--no-detached', 'everything else than detached DOM nodes'))
    .addOption(option('--edge-name <text>', 'some reference to the object has this name, or matches /REGEXP/flags', { parser: parseText }))
    .addOption(option('--retained-by <id>', 'would go if the object with this id went', { parser: parseId }))
    .addOption(option('--referenced-from <id>', 'the object with this id refers to it directly', { parser: parseId }))
    .addOption(option('--allocated-after <id>', 'has an id above ID', { parser: parseId }))
    .addOption(option('--allocated-up-to <id>', 'has an id of at most ID', { parser: parseId }));
  addFilterOption(command);
  return command.addOption(
    option('--mine-only [auto]', 'hide what belongs to Node, V8 and internals; =auto: in heaps over 25 MB', { parser: orBare(parseMineOnly), choices: ['auto'] }),
  );
}

function parseMineOnly(text) {
  if (text === 'auto') return 'auto';
  throw new InvalidArgumentError('Expected nothing or auto.');
}

function addTreeOption(command, name, what, { depth, limit } = { depth: 2, limit: 5 }) {
  return command.addOption(option(`--${name} [depth,limit]`, `${what}, DEPTH levels deep (${depth}), LIMIT on each (${limit})`, { parser: orBare(values.parseTree) }));
}

/** The tree asked for, or the one the verb shows anyway. */
function treeOr(byDefault, given) {
  return given === undefined || given === true ? byDefault : given;
}

/** The options given → a `Query`; nothing is set that was not asked for, so the API's defaults hold. */
function toQuery(options) {
  return defined({
    id: options.id,
    name: oneOf(options, 'name', 'nameContains'),
    type: options.type,
    class: oneOf(options, 'class', 'classContains'),
    script: options.script,
    selfSize: range(options.minSelf, options.maxSelf),
    retainedSize: range(options.minRetained, options.maxRetained),
    distance: options.distance,
    detached: options.detached,
    edgeName: options.edgeName,
    retainedBy: options.retainedBy,
    referencedFrom: options.referencedFrom,
    allocated: allocated(options),
    filter: options.filter,
    mineOnly: options.mineOnly,
    sort: options.sort,
    order: options.order,
    limit: options.limit,
    offset: options.offset,
    edges: options.edges,
    references: options.references,
    retainers: options.retainers,
  });
}

function oneOf(options, exact, contains) {
  return options[exact] ?? options[contains];
}

function range(min, max) {
  return min === undefined && max === undefined ? undefined : defined({ min, max });
}

function allocated({ allocatedAfter, allocatedUpTo }) {
  return allocatedAfter === undefined && allocatedUpTo === undefined ? undefined : defined({ after: allocatedAfter, upTo: allocatedUpTo });
}

function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

module.exports = {
  FORMATS,
  addFilterOption,
  addOrderOptions,
  addOutputOptions,
  addPageOptions,
  addQueryOptions,
  addTreeOption,
  defined,
  oneOf,
  option,
  spellOutBareFlags,
  toQuery,
  treeOr,
};
