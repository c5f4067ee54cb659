'use strict';

/** Runs the command line and returns its exit code. */

const { CommanderError } = require('commander');
const { EXIT, outcomeOf } = require('./errors.js');
const { spellOutBareFlags } = require('./flags.js');
const { withImpliedVerb } = require('./implied-verb.js');
const { isBrokenPipe } = require('./output.js');
const { createProgram } = require('./program.js');

/** @param {string[]} argv without the interpreter and the script */
async function main(argv) {
  process.stdout.on('error', endQuietlyOnBrokenPipe);
  process.stderr.on('error', endQuietlyOnBrokenPipe);
  const code = await exitCodeOf(argv);
  // Not `exitCode`, which would wait for the rest of a refused snapshot on standard input.
  process.exit(code);
}

/** For help texts in a pipe such as `heapray … | head -1`; answers have their own check. */
function endQuietlyOnBrokenPipe(error) {
  if (!isBrokenPipe(error)) throw error;
}

async function exitCodeOf(argv) {
  let code = EXIT.OK;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(withImpliedVerb(spellOutBareFlags(argv, program), program), { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed the help, the version or its error itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
    const outcome = outcomeOf(error);
    if (outcome.message !== null) process.stderr.write(`heapray: ${outcome.message}\n`);
    return outcome.code;
  }
}

module.exports = { main };
