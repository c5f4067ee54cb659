'use strict';

/** The commander program, which completion scripts and the test of `docs/cli.md` read too. */

const { Command } = require('commander');
const { version } = require('../../package.json');
const { visible } = require('../format/text.js');

const VERBS = [
  require('./verbs/report.js'),
  require('./verbs/attach.js'),
  require('./verbs/trend.js'),
  require('./verbs/view.js'),
  require('./verbs/diff.js'),
  require('./verbs/classes.js'),
  require('./verbs/filter.js'),
  require('./verbs/group.js'),
  require('./verbs/what-if.js'),
  require('./verbs/node.js'),
  require('./verbs/retainers.js'),
  require('./verbs/closures.js'),
  require('./verbs/page.js'),
  require('./verbs/allocations.js'),
  require('./verbs/mcp.js'),
  require('./verbs/redact.js'),
  require('./verbs/export.js'),
  require('./verbs/completion.js'),
];

const EPILOGUE = `
FILE is a heap snapshot: .heapsnapshot or .heaptimeline, plain or compressed with gzip, zstd or brotli;
'-' is standard input. Take one with v8.writeHeapSnapshot(), node --heapsnapshot-signal=SIGUSR2 or
DevTools' Memory panel. Sizes are decimal as in DevTools: 1 kB is 1000 bytes.

Exit codes: 0 success, 1 a threshold (--fail-on) was exceeded or a leak is unknown (--baseline), 2 invalid usage
or unwritable output, 3 unreadable input, 130 interrupted.

Examples:
  heapray report app.heapsnapshot
  heapray app.heapsnapshot                the same
  heapray diff before.heapsnapshot after.heapsnapshot --fail-on 'growth>10MB'
  heapray retainers app.heapsnapshot Session
  heapray <command> --help`;

/** Commander echoes arguments unescaped; the only line breaks of its own are before a suggestion and at the end. */
function printable(text) {
  const [message, ...suggestion] = text.replace(/\n$/, '').split(/\n(?=\(Did you mean )/);
  return `${[message, ...suggestion].map(visible).join('\n')}\n`;
}

/** `-o -` means the same as no option: standard output. */
function useStandardOutput(command) {
  if (command.getOptionValue('output') === '-') command.setOptionValue('output', undefined);
}

/** @param {(exitCode: number) => void} done called with the exit code of the verb */
function createProgram(done) {
  const program = new Command('heapray')
    .description('Analyses V8 heap snapshots: what leaks, and what keeps memory alive.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ optionTerm })
    .configureOutput({ outputError: (text, write) => write(printable(text.replace(/^error: /, 'heapray: '))) })
    .addHelpText('after', EPILOGUE)
    .hook('preAction', (_, command) => useStandardOutput(command));
  for (const { define } of VERBS) define(program, done);
  return program;
}

/** An optional value must follow `=`; commander would print a blank. */
function optionTerm({ flags, optional }) {
  const shown = flags.replace(/<[^>]+>/, (value) => value.slice(1, -1).toUpperCase());
  return optional ? shown.replace(/ \[([^\]]+)\]/, (_, value) => `[=${value.toUpperCase()}]`) : shown;
}

module.exports = { createProgram };
