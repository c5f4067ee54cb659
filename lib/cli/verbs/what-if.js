'use strict';

/** `heapray what-if FILE` */

const { formatWhatIf } = require('../../format/what-if.js');
const { fieldsOf } = require('../../api/options/questions.js');
const { noSuchClass } = require('../class-names.js');
const { UsageError } = require('../errors.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf } = require('../options.js');
const { run } = require('../run.js');
const { addThresholds, exceededIn, metricsHelp } = require('../thresholds.js');

const OPTIONS = fieldsOf('whatIf');

const THRESHOLDS = {
  metrics: {
    freed: { unit: 'bytes', of: ({ freed }) => freed.selfSize, about: 'bytes that would be freed' },
    after: { unit: 'bytes', of: ({ after }) => after, about: 'size of the heap afterwards' },
  },
};

const EXAMPLES = `
Examples:
  heapray what-if app.heapsnapshot --cut @1234.cache
  heapray what-if app.heapsnapshot --remove Session --remove @5678
  heapray what-if app.heapsnapshot --cut '@1234->@5678' --format json
`;

function define(program, done) {
  const command = program
    .command('what-if')
    .summary('what would be freed without some references or objects')
    .description('What would be freed if references were cut and objects removed, by class, and what holds the rest.')
    .argument('<file>', "heap snapshot; '-' is standard input");
  addFlags(command, OPTIONS);
  addThresholds(command, THRESHOLDS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', `\n${metricsHelp(THRESHOLDS)}\n${EXAMPLES}`)
    .action(async (file, options) => {
      if (options.cut === undefined && options.remove === undefined) throw new UsageError('nothing is cut or removed: see --cut and --remove');
      done(await run([file], options, (api, snapshots) => answer(snapshots, options)));
    });
}

async function answer([snapshot], options) {
  for (const each of options.remove ?? []) {
    const name = each.class?.exact;
    if (name !== undefined && (await snapshot.filter({ class: name, limit: 0 })).total === 0) throw await noSuchClass(snapshot, name, shownOf(options));
  }
  const json = await snapshot.whatIf({ ...optionsOf(OPTIONS, options), ...shownOf(options) });
  return { json, format: (how) => formatWhatIf(json, how), exceeded: exceededIn(options.failOn, json, THRESHOLDS) };
}

module.exports = { define };
