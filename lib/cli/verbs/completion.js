'use strict';

/** `heapray completion SHELL` */

const { Argument } = require('commander');
const { bashScript } = require('../completion/bash.js');
const { fishScript } = require('../completion/fish.js');
const { describeProgram } = require('../completion/model.js');
const { zshScript } = require('../completion/zsh.js');
const { EXIT } = require('../errors.js');
const { writeStdout } = require('../output.js');

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

const HELP = `
To install it:
  bash   heapray completion bash > ~/.local/share/bash-completion/completions/heapray
  zsh    heapray completion zsh > "\${fpath[1]}/_heapray"
  fish   heapray completion fish > ~/.config/fish/completions/heapray.fish
`;

function define(program, done) {
  program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a completion script for a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action(async (shell) => {
      await writeStdout(SCRIPTS[shell](describeProgram(program)));
      done(EXIT.OK);
    });
}

module.exports = { define };
