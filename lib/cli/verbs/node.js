'use strict';

/** `heapray node FILE ID` */

const { formatNode } = require('../../format/node.js');
const { QUESTIONS, showStrings, sourceMaps, tree } = require('../../api/options/questions.js');
const { addFlags } = require('../flags.js');
const { OUTPUT, shownOf, treeOf } = require('../options.js');
const { run } = require('../run.js');
const { parseId } = require('../values.js');

const OPTIONS = {
  references: tree('references', 'what it refers to', { depth: 1, limit: 10 }),
  retainers: tree('retainers', 'what refers to it'),
  paths: { ...QUESTIONS.retainingPaths.fields.limit, default: 1, flag: '--paths <count>' },
  showStrings,
  sourceMaps,
};

const EXAMPLES = `
JSON is { node, paths, dominators }: a row of filter() with its trees, and the answers of
retainingPaths() and dominatorPath().

Examples:
  heapray node app.heapsnapshot 1234
  heapray node app.heapsnapshot @1234 --references=3,20 --retainers=5,3
`;

function define(program, done) {
  const command = program
    .command('node')
    .summary('one object with its paths, references and retainers')
    .description('One object with its sizes, retaining paths, references and retainers.')
    .argument('<file>', "heap snapshot; '-' is standard input")
    .argument('<id>', "id of the object, '@123' or '123'", parseId);
  addFlags(command, OPTIONS);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, id, options) => done(await run([file], options, (api, snapshots, job) => answer(api, snapshots, job, id, options))));
}

async function answer(api, [snapshot], job, id, options) {
  const { paths = OPTIONS.paths.default } = options;
  const shown = shownOf(options);
  const references = treeOf(OPTIONS.references, options.references);
  const retainers = treeOf(OPTIONS.retainers, options.retainers);
  // Rejects if there is no such node, whereas a filter would return an empty list.
  await snapshot.node(id, { sourceMaps: 'off' });
  const { nodes } = await api.filter(snapshot, { id, references, retainers, ...shown }, job);
  const json = {
    node: nodes[0],
    paths: await snapshot.retainingPaths(id, { limit: paths, ...shown }),
    dominators: await snapshot.dominatorPath(id, shown),
  };
  return { json, format: (how) => formatNode(json, how) };
}

module.exports = { define };
