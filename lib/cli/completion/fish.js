'use strict';

const { IMPLIED_VERB } = require('../implied-verb.js');

/** Writes fish's `complete` commands. */

function fishScript(commands) {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = ['# fish completion of heapray', '', 'complete -c heapray -f'];
  for (const { name, description } of commands) {
    lines.push(`complete -c heapray -n "not __fish_seen_subcommand_from ${names}" -a ${name} -d '${quoted(description)}'`);
  }
  lines.push(`complete -c heapray -n "not __fish_seen_subcommand_from ${names}" -F`);
  for (const command of commands) lines.push('', ...commandLines(command, conditionOf(command, commands)));
  return `${lines.join('\n')}\n`;
}

/** Without a verb the flags are those of the implied one. */
function conditionOf({ name }, commands) {
  if (name !== IMPLIED_VERB) return `__fish_seen_subcommand_from ${name}`;
  return `not __fish_seen_subcommand_from ${commands.flatMap((other) => (other.name === name ? [] : other.name)).join(' ')}`;
}

function commandLines({ options, arguments: args }, condition) {
  const start = `complete -c heapray -n "${condition}"`;
  const lines = options.map(({ flags, description, takesValue, choices, isFile }) => {
    const spelled = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
    return `${start} ${spelled}${valuePart(takesValue, choices, isFile)} -d '${quoted(description)}'`;
  });
  const choices = args.flatMap((argument) => argument.choices);
  if (choices.length > 0) lines.push(`${start} -a '${choices.join(' ')}'`);
  else if (args.some(({ isFile }) => isFile)) lines.push(`${start} -F`);
  return lines;
}

function valuePart(takesValue, choices, isFile) {
  if (choices.length > 0) return ` ${takesValue ? '-x ' : ''}-a "${choices.map((choice) => `'${choice}'`).join(' ')}"`;
  if (isFile) return ' -r -F';
  return takesValue ? ' -x' : '';
}

function quoted(text) {
  return text.replace(/['\\]/g, '\\$&');
}

module.exports = { fishScript };
