'use strict';

/** Writes fish's `complete` commands. */

function fishScript(commands) {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = ['# fish completion of heapray', '', 'complete -c heapray -f'];
  for (const { name, description } of commands) {
    lines.push(`complete -c heapray -n "not __fish_seen_subcommand_from ${names}" -a ${name} -d '${quoted(description)}'`);
  }
  for (const command of commands) lines.push('', ...commandLines(command));
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, options, arguments: args }) {
  const start = `complete -c heapray -n "__fish_seen_subcommand_from ${name}"`;
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
