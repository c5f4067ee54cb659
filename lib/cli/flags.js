'use strict';

/** Converts declared options to flags of a command, and parsed flags to options of the API. */

const { InvalidArgumentError, Option } = require('commander');
const { expectedOf, hasNumbers, statedBounds } = require('../api/options/describe.js');
const { PARSERS } = require('./values.js');

/**
 * @typedef {import('../api/options/describe.js').Declaration} Declaration
 * @typedef {import('../api/options/describe.js').Declarations} Declarations
 */

/** @param {Declarations} declarations options without a flag are left out */
function addFlags(command, declarations) {
  for (const [name, declaration] of Object.entries(declarations)) {
    const flags = flagsOf(declaration).map(([syntax, flag]) => ({ ...flag, option: makeOption(syntax, flag, declaration) }));
    for (const { option, at, value } of flags) {
      if (value !== undefined) option.implies({ [name]: value });
      else if (at === undefined) option.conflicts(rivals(flags, option.attributeName()));
      command.addOption(option);
    }
  }
  return command;
}

/** Other flags that set the whole of the same option. */
function rivals(flags, attribute) {
  const whole = flags.filter(({ at, value }) => at === undefined && value === undefined);
  return whole.map(({ option }) => option.attributeName()).filter((name) => name !== attribute);
}

/** @returns {[syntax: string, flag: import('../api/options/describe.js').Flag][]} */
function flagsOf({ flag, help, flags }) {
  if (flags !== undefined) return Object.entries(flags);
  return flag === undefined ? [] : [[flag, { help }]];
}

function makeOption(syntax, flag, declaration) {
  const option = new Option(syntax, helpOf(flag, declaration));
  const { choices, required, type, orBoolean, default: usual } = declaration;
  option.valueLike = flag.valueLike;
  if (required) option.makeOptionMandatory();
  if (!option.required && !option.optional) return option;
  if (choices !== undefined) option.choices(choices);
  if (type === 'choice' && !orBoolean) return usual === undefined ? option : option.default(usual);
  const parse = parserOf(flag.as ?? type, declaration);
  return option.argParser(option.optional ? (text) => (text === '' ? true : parse(text)) : parse);
}

/** The help of the declaration, with the accepted numbers and the default. */
function helpOf({ help, at, value }, declaration) {
  if (at !== undefined || value !== undefined) return help;
  const { type, default: usual, defaultsTo } = declaration;
  const bounds = statedBounds(declaration);
  const number = hasNumbers(declaration) && usual !== undefined && usual !== Infinity ? ` (${usual})` : '';
  const inWords = type === 'choice' && defaultsTo !== undefined ? `, by default ${defaultsTo}` : '';
  return `${help}${bounds && `, ${bounds}`}${number}${inWords}`;
}

/** Numbers out of range are refused before a snapshot is read. */
function parserOf(kind, declaration) {
  const { [kind]: parse } = PARSERS;
  if (!hasNumbers(declaration)) return (text, previous) => parse(text, previous, declaration);
  return (text) => {
    const value = parse(text);
    if (value < declaration.min || value > declaration.max) throw new InvalidArgumentError(`Expected ${expectedOf(declaration)}.`);
    return value;
  };
}

/**
 * Only options that were given, so that the API's defaults apply.
 * @param {Declarations} declarations
 * @param {object} typed the flags as parsed by commander
 */
function optionsOf(declarations, typed) {
  const options = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    for (const [syntax, { at, value }] of flagsOf(declaration)) {
      const { [new Option(syntax).attributeName()]: given } = typed;
      if (given === undefined || value !== undefined) continue;
      options[name] = at === undefined ? given : { ...options[name], [at]: given };
    }
  }
  return options;
}

/** Long flags with an optional value, each with what a value looks like that follows as a word of its own, if one may. */
function bareFlags(program) {
  return new Map(program.commands.flatMap(({ options }) => options.filter(({ optional }) => optional).map(({ long, valueLike }) => [long, valueLike])));
}

/**
 * Bare flags → flags with an empty value, which their parsers read as `true`. Otherwise commander would take the next
 * argument, the file, for the value.
 */
function spellOutBareFlags(argv, program) {
  const bare = bareFlags(program);
  const end = argv.indexOf('--');
  return argv.map((argument, index) => {
    const isBare = bare.has(argument) && (end === -1 || index < end) && !bare.get(argument)?.test(argv[index + 1] ?? '');
    return isBare ? `${argument}=` : argument;
  });
}

module.exports = { addFlags, optionsOf, spellOutBareFlags };
