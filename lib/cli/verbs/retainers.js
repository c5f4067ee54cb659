'use strict';

/** `heapray retainers FILE ID|CLASS` */

const { formatRetainers } = require('../../format/node.js');
const { noSuchClass } = require('../class-names.js');
const { UsageError } = require('../errors.js');
const { QUESTIONS, having, showStrings, sourceMaps, tree } = require('../../api/options/questions.js');
const { addFlags, optionsOf } = require('../flags.js');
const { OUTPUT, shownOf, treeOf } = require('../options.js');
const { run } = require('../run.js');

const { limit } = QUESTIONS.retainingPaths.fields;
const TREE = tree('retainers', 'tree of retainers', { depth: 3, limit: 5 });

const EXAMPLES = `
The tree below the paths is of the object, or of the object of the class with the largest retained size.
JSON is { paths, node }: the answer of retainingPaths() and a row of filter() with its tree.

Examples:
  heapray retainers app.heapsnapshot Session
  heapray retainers app.heapsnapshot '(string)' --limit 20
  heapray retainers app.heapsnapshot @1234 --retainers=6,3
`;

function define(program, done) {
  const command = program
    .command('retainers')
    .summary('what retains an object or the objects of a class')
    .description('What retains an object or the objects of a class: merged paths from GC roots, and the tree of retainers.')
    .argument('<file>', "heap snapshot; '-' is standard input")
    .argument('<id|class>', "id ('@123' or '123') or name of a class");
  addFlags(command, { limit, retainers: TREE, showStrings, sourceMaps });
  addFlags(command.optionsGroup('Objects of the class that count:'), having);
  addFlags(command.optionsGroup('Output:'), OUTPUT)
    .addHelpText('after', EXAMPLES)
    .action(async (file, of, options) => done(await run([file], options, (api, snapshots, job) => answer(api, snapshots, job, of, options))));
}

async function answer(api, [snapshot], job, text, options) {
  const retainers = treeOf(TREE, options.retainers);
  const of = /^@?\d+$/.test(text) ? Number(text.replace('@', '')) : text;
  const conditions = optionsOf(having, options);
  const id = typeof of === 'number' ? await existingId(snapshot, of) : await largestOf(api, snapshot, of, conditions, shownOf(options));
  const { nodes } = await api.filter(snapshot, { id, retainers, ...shownOf(options) }, job);
  const json = { paths: await snapshot.retainingPaths(of, { ...optionsOf({ limit }, options), ...conditions, ...shownOf(options) }), node: nodes[0] ?? null };
  return { json, format: (how) => formatRetainers(json, { ...how, of }) };
}

/** Rejects if there is no such node. */
async function existingId(snapshot, id) {
  return (await snapshot.node(id, { sourceMaps: 'off' })).id;
}

async function largestOf(api, snapshot, className, conditions, shown) {
  const { classes } = await snapshot.classes({ name: { exact: className }, limit: 1, sourceMaps: 'off' });
  if (classes.length === 0) throw await noSuchClass(snapshot, className, shown);
  const { nodes } = await api.filter(snapshot, { class: { exact: className }, ...conditions, limit: 1, sourceMaps: 'off' });
  if (nodes.length === 0) throw new UsageError(`no object of the class '${className}' meets the conditions`);
  return nodes[0].id;
}

module.exports = { define };
