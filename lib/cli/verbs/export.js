'use strict';

/** `heapray export FILE` */

const { UsageError } = require('../errors.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf } = require('../options.js');
const { run } = require('../run.js');

/** Each is loaded on demand. */
const WRITERS = {
  speedscope: () => require('../../export/speedscope.js').toSpeedscope,
  pprof: () => require('../../export/pprof.js').toPprof,
};

const { root, depth, limit, showStrings, sourceMaps } = fieldsOf('dominatorTree');
/** All that the question gives: ten thousand objects, the largest of the heap first. */
const WHOLE_TOP = { depth: depth.max, limit: limit.max };

const PROFILE = {
  format: { type: 'choice', choices: Object.keys(WRITERS), required: true, flag: '--format <format>', help: 'format of the profile' },
  output: OUTPUT.output,
};

const EXAMPLES = `
Examples:
  heapray export app.heapsnapshot --format speedscope -o app.speedscope.json
  heapray export app.heapsnapshot --format pprof -o app.pb.gz
  heapray export app.heapsnapshot --format pprof --root @123456 -o cache.pb.gz
  npx speedscope app.speedscope.json
  go tool pprof -http : app.pb.gz
`;

function define(program, done) {
  const command = program
    .command('export')
    .summary('the dominator tree as a profile, for speedscope or pprof')
    .description(
      'The top of the dominator tree as a profile for other tools. A frame is a kind of object: its total is the retained size, its own value the self size.',
    )
    .argument('<file>', "heap snapshot; '-' is standard input");
  addFlags(command, { root, showStrings, sourceMaps });
  addFlags(command.optionsGroup('Output:'), PROFILE)
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => {
      checkTerminal(options);
      done(await run([file], options, (api, snapshots) => answer(snapshots, options)));
    });
}

/** A pprof profile is compressed, so a terminal cannot show it. */
function checkTerminal({ format, output }) {
  if (format === 'pprof' && output === undefined && process.stdout.isTTY) {
    throw new UsageError('a pprof profile is binary: write it to a file with -o, or to a pipe');
  }
}

async function answer([snapshot], options) {
  const tree = await snapshot.dominatorTree({ ...WHOLE_TOP, ...optionsOf({ root }, options), ...shownOf(options) });
  return { json: tree, format: ({ titles: [title] }) => WRITERS[options.format]()(tree, { title }) };
}

module.exports = { define };
