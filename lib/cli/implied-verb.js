'use strict';

/** `heapray FILE` is `heapray report FILE`. */

const fs = require('node:fs');

const IMPLIED_VERB = 'report';

/** Arguments without a verb, if the first of them that is no flag is a file → the same with the verb. */
function withImpliedVerb(argv, program) {
  const first = firstOperand(argv, program);
  return first === undefined || isVerb(first, program) || !isFile(first) ? argv : [IMPLIED_VERB, ...argv];
}

/** `undefined` where there is none, and where a flag of the program itself comes first. */
function firstOperand(argv, program) {
  const { options } = program.commands.find((command) => command.name() === IMPLIED_VERB);
  const takesValue = new Set(options.filter(({ required }) => required).flatMap(({ long, short }) => [long, short]));
  const ownFlags = new Set(['-h', '--help', ...program.options.flatMap(({ long, short }) => [long, short])]);
  for (let at = 0; at < argv.length; at += 1) {
    const { [at]: argument } = argv;
    if (ownFlags.has(argument)) return undefined;
    if (argument === '--') return argv[at + 1];
    if (argument === '-' || !argument.startsWith('-')) return argument;
    if (takesValue.has(argument)) at += 1;
  }
  return undefined;
}

function isVerb(name, program) {
  return name === 'help' || program.commands.some((command) => command.name() === name);
}

/** A name that may be a misspelt verb is a file only if there is one. */
function isFile(name) {
  return name === '-' || /[./\\]/.test(name) || fs.existsSync(name);
}

module.exports = { IMPLIED_VERB, withImpliedVerb };
