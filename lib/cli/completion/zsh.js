'use strict';

const { IMPLIED_VERB } = require('../implied-verb.js');

/** Writes a zsh function for `_arguments`. */

function zshScript(commands) {
  return `#compdef heapray
# zsh completion of heapray

_heapray() {
  local context state state_descr line
  typeset -A opt_args

  _arguments -C \\
    '(- *)'{-h,--help}'[display help]' \\
    '(- *)'{-V,--version}'[display the version]' \\
    '1:command:->command' \\
    '*::argument:->arguments'

  case $state in
    command)
      local -a commands=(
${commands.map(({ name, description }) => `        '${quoted(`${name}:${description}`)}'`).join('\n')}
      )
      _describe command commands
      _files
      ;;
    arguments)
      case $words[1] in
${impliedLast(commands).map(verbCase).join('\n')}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _heapray ]]; then
  _heapray "$@"
else
  compdef _heapray heapray
fi
`;
}

const isImplied = ({ name }) => name === IMPLIED_VERB;

/** A file in place of a verb takes the last case. */
function impliedLast(commands) {
  return [...commands.filter((command) => !isImplied(command)), ...commands.filter(isImplied)];
}

function verbCase({ name, options, arguments: args }) {
  const specs = [...options.flatMap(optionSpecs), ...args.map(argumentSpec)];
  return `        ${isImplied({ name }) ? '*' : name})
          _arguments \\
${specs.map((spec) => `            '${spec}'`).join(' \\\n')}
          ;;`;
}

function optionSpecs({ flags, description, takesValue, valueAfterEquals, choices, isFile }) {
  const text = quoted(description).replace(/[[\]:]/g, '\\$&');
  const value = choices.length > 0 ? `(${choices.map((choice) => choice.replace(/ /g, '\\ ')).join(' ')})` : isFile ? '_files' : ' ';
  return flags.map((flag) => {
    const long = flag.startsWith('--');
    if (takesValue) return `*${flag}${long ? '=' : '+'}[${text}]:value:${value}`;
    return valueAfterEquals ? `*${flag}=-[${text}]::value:${value}` : `${flag}[${text}]`;
  });
}

function argumentSpec({ choices, isFile }) {
  return `:argument:${choices.length > 0 ? `(${choices.join(' ')})` : isFile ? '_files' : ' '}`;
}

function quoted(text) {
  return text.replace(/'/g, `'\\''`);
}

module.exports = { zshScript };
