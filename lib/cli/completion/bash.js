'use strict';

const { IMPLIED_VERB } = require('../implied-verb.js');

/** Writes the bash script. It needs bash 3.2, as on macOS, and no bash-completion package. */

function bashScript(commands) {
  return `# bash completion of heapray

_heapray() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="" verb="" index
  COMPREPLY=()
  ((COMP_CWORD > 0)) && previous="\${COMP_WORDS[COMP_CWORD - 1]}"

  # bash splits --format=text into three words.
  if [[ $word == "=" ]]; then
    word=""
  elif [[ $previous == "=" ]] && ((COMP_CWORD > 1)); then
    previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi

  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
${commands.map(({ name }) => `      ${name}) verb=${name}; break ;;`).join('\n')}
      -*) ;;
      *) verb=${IMPLIED_VERB}; break ;;
    esac
  done

  case "$verb" in
    "")
      _heapray_words "${[...commands.map(({ name }) => name), ...impliedFlags(commands), '--version'].join(' ')}"
      _heapray_files
      ;;
${commands.map(verbCase).join('\n')}
  esac
}

_heapray_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}

# Values may hold blanks: one a line, and quoted for the command line.
_heapray_values() {
  local IFS=$'\\n' value
  for value in $(compgen -W "$1" -- "$word"); do
    COMPREPLY+=("$(printf '%q' "$value")")
  done
}

_heapray_files() {
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -f -- "$word"))
  compopt -o filenames 2>/dev/null
  true
}

complete -F _heapray heapray
`;
}

function impliedFlags(commands) {
  return commands.find(({ name }) => name === IMPLIED_VERB).options.flatMap(({ flags }) => flags);
}

function verbCase({ name, options, arguments: args }) {
  const valued = options.filter(({ takesValue, valueAfterEquals }) => takesValue || valueAfterEquals);
  return `    ${name})
      case "$previous" in
${valued.map(valueCase).filter((text) => text !== '').join('\n')}
      esac
      if [[ $word == -* ]]; then
        _heapray_words "${options.flatMap(({ flags }) => flags).join(' ')}"
      else
        ${argumentAction(args)}
      fi
      ;;`;
}

function valueCase({ flags, choices, isFile, valueAfterEquals }) {
  const action = choices.length > 0 ? `_heapray_values $'${choices.map(escaped).join('\\n')}'` : isFile ? '_heapray_files' : ':';
  // The word after a bare flag with an optional value is not its value.
  if (valueAfterEquals) return `        ${flags.join(' | ')}) if [[ \${COMP_WORDS[COMP_CWORD - 1]} == "=" || \${COMP_WORDS[COMP_CWORD]} == "=" ]]; then ${action}; return; fi ;;`;
  return `        ${flags.join(' | ')}) ${action}; return ;;`;
}

function argumentAction(args) {
  const choices = args.flatMap(({ choices }) => choices);
  if (choices.length > 0) return `_heapray_words "${choices.join(' ')}"`;
  return args.some(({ isFile }) => isFile) ? '_heapray_files' : ':';
}

function escaped(text) {
  return text.replace(/['\\]/g, '\\$&');
}

module.exports = { bashScript };
