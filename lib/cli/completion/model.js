'use strict';

/** Describes the commander program for shell completion. */

/**
 * @typedef {object} OptionModel
 * @property {string[]} flags `--output`, `-o`
 * @property {string} description
 * @property {boolean} takesValue a value follows, as the next word or after `=`
 * @property {boolean} valueAfterEquals a value may follow, but after `=` only
 * @property {string[]} choices values to offer
 * @property {boolean} isFile the value is a file
 *
 * @typedef {object} ArgumentModel
 * @property {string[]} choices
 * @property {boolean} isFile
 */

/** @returns {{ name: string, description: string, options: OptionModel[], arguments: ArgumentModel[] }[]} */
function describeProgram(program) {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.summary(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(describeOption), HELP],
    arguments: command.registeredArguments.map(describeArgument),
  }));
}

const HELP = { flags: ['--help', '-h'], description: 'display help', takesValue: false, valueAfterEquals: false, choices: [], isFile: false };

function describeOption({ long, short, description, required, optional, argChoices, flags }) {
  return {
    flags: [long, short].filter(Boolean),
    description,
    takesValue: required,
    valueAfterEquals: optional,
    choices: argChoices ?? [],
    isFile: /<file>/.test(flags),
  };
}

function describeArgument(argument) {
  return { choices: argument.argChoices ?? [], isFile: ['file', 'before', 'after', 'later', 'output'].includes(argument.name()) };
}

module.exports = { describeProgram };
