'use strict';

/** `heapray node FILE ID` */

const { formatNode } = require('../../format/node.js');
const { addOutputOptions, addTreeOption, option, treeOr } = require('../options.js');
const { run } = require('../run.js');
const { parseCount, parseId } = require('../values.js');

const REFERENCES = { depth: 1, limit: 10 };
const RETAINERS = { depth: 2, limit: 5 };
const PATHS = 1;

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
    .summary('one object and what is around it')
    .description('One object: sizes, what holds it, what it refers to, what refers to it.')
    .argument('<file>', "heap snapshot; '-' is standard input")
    .argument('<id>', "id of the object, '@123' or '123'", parseId);
  addTreeOption(command, 'references', 'what it refers to', REFERENCES);
  addTreeOption(command, 'retainers', 'what refers to it', RETAINERS);
  command.addOption(option('--paths <count>', `retaining paths to show (${PATHS})`, { parser: parseCount }));
  addOutputOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (file, id, options) => done(await run([file], options, (api, snapshots, job) => answer(api, snapshots, job, id, options))));
}

async function answer(api, [snapshot], job, id, options) {
  const { paths = PATHS } = options;
  const references = treeOr(REFERENCES, options.references);
  const retainers = treeOr(RETAINERS, options.retainers);
  // Rejects when there is no such node, where a filter would only find nothing.
  await snapshot.node(id);
  const { nodes } = await api.filter(snapshot, { id, references, retainers }, job);
  const json = { node: nodes[0], paths: await snapshot.retainingPaths(id, { limit: paths }), dominators: await snapshot.dominatorPath(id) };
  return { json, format: (how) => formatNode(json, how) };
}

module.exports = { define };
