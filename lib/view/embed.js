'use strict';

// Collects the answers that a report in one file contains, for exploring the largest objects.
//
// `viewer/app/engines/embedded.ts` answers the page from this. Contents of strings and keys that are data are left
// out unless they are asked for: a report is made to be passed on.

const { shortenedTo } = require('../format/budget.js');
const { Snapshot } = require('../api/snapshot.js');
const { jsonInMarkup } = require('./markup.js');

/** Bytes of the answers in the page. */
const MAX_BYTES = 1_600_000;
/** Bytes of the report, and of the dominator tree, among them. */
const MAX_PART_BYTES = 800_000;
/** UTF-16 units of a text, of which the middle is left out. */
const MAX_TEXT = 200;
/** Members whose texts are sentences, which are cut later. */
const SENTENCES = new Set(['verdict', 'advice']);
const MAX_SENTENCE = 1000;
/** Classes, and rows of every list of an object's neighbours. */
const CLASSES = 500;
const NEIGHBOURS = 12;
/** Objects with a page of their own. Only the first ones have paths, each of which costs a walk along it. */
const OBJECTS = 120;
const OBJECTS_WITH_PATHS = 24;
/** Steps of paths after which no other object has one: a tenth of a second. */
const WALKED_STEPS = 500_000;
/** Retainers of the objects on these paths, for drawings. */
const HOLDERS = 4;
const STEPS = 300;
/** Classes whose largest instances are listed. */
const OPENED_CLASSES = 60;
/** Stacks of the flame graph: the first number of them that fits into this share of the page. */
const STACKS = [500, 150, 40];
const MAX_STACK_BYTES = 300_000;
/** The first that fits. */
const TREES = [
  { depth: 10, limit: 100, minShare: 0.0008 },
  { depth: 6, limit: 50, minShare: 0.004 },
  { depth: 2, limit: 20, minShare: 0.02 },
  { depth: 1, limit: 1 },
];

/**
 * @param {import('../../index').Snapshot[]} snapshots oldest first
 * @param {{ names: string[], report: import('../../index').Report, showStrings?: boolean, sourceMaps?: 'auto' | 'off' | string }} about
 * @returns `Embedded` of the viewer
 */
async function embeddedAnswers(snapshots, { names, report, showStrings = false, sourceMaps }) {
  const last = snapshots.at(-1);
  const space = new Space();
  const asked = { last, shown: { showStrings, brief: {} }, sourceMaps };
  const shown = space.take({ snapshot: 1, name: names.join(' → '), summary: summaryOf(last) }) ?? { snapshot: 1, name: '', summary: { ...summaryOf(last), ...NO_HEADER } };
  space.answers.report = space.take(shortenedTo(MAX_PART_BYTES, report, (some) => jsonInMarkup(space.printable(some))));
  const tree = await treeOf(asked, space);
  await addAllocations(asked, space);
  const { classes } = await ask(asked, { ask: 'classes', limit: CLASSES });
  const rows = classes.map((row) => space.take(row)).filter(Boolean);
  await addObjects(asked, space, objectsOf(report, tree));
  for (const { index } of rows.slice(0, OPENED_CLASSES)) {
    await space.add(`classInstances ${index}`, () => ask(asked, { ask: 'classInstances', class: index, limit: NEIGHBOURS }));
  }
  for (const id of stepsOf(space.answers).slice(0, STEPS)) {
    await space.add(`retainers ${id}`, () => ask(asked, { ask: 'retainers', id, limit: HOLDERS }));
  }
  return { snapshots: [shown], classes: rows, tree, answers: space.answers };
}

/** Stacks with most bytes alive, and the timeline, if allocations were tracked. */
async function addAllocations({ shown: { showStrings }, ...others }, space) {
  const asked = { ...others, shown: { showStrings } };
  for (const limit of STACKS) {
    const page = await ask(asked, { ask: 'allocations', by: 'stack', sort: 'liveSize', limit });
    if (!page.available) return;
    space.answers.allocations = space.take(page, MAX_STACK_BYTES);
    if (space.answers.allocations !== undefined) break;
  }
  await space.add('samples', () => ask(asked, { ask: 'samples' }));
}

async function addObjects(asked, space, ids) {
  const list = (what, id) => space.add(`${what} ${id}`, () => ask(asked, { ask: what, id, limit: NEIGHBOURS }));
  let walked = 0;
  const shortestPath = async (id) => {
    const answer = await ask(asked, { ask: 'retainingPaths', of: id, limit: 1 });
    for (const { steps, omitted = 0 } of answer.paths) walked += steps.length + omitted;
    return answer;
  };
  for (const [i, id] of ids.entries()) {
    const path = await dominatorPath(asked, id);
    const { omitted: _, ...node } = path.at(-1);
    await space.add(`node ${id}`, () => node);
    await space.add(`dominatorPath ${id}`, () => path);
    for (const what of ['retainers', 'references', 'dominated']) await list(what, id);
    if (i < OBJECTS_WITH_PATHS && walked < WALKED_STEPS) await space.add(`retainingPaths ${id}`, () => shortestPath(id));
  }
}

/** What the page needs of the header of a snapshot whose own is too long. */
const NO_HEADER = { meta: { node_types: [[]] }, skipped: [] };

/** The space of the page that is left: what does not fit is left out. */
class Space {
  /** By question and object, as the page looks them up. */
  answers = {};
  #left = MAX_BYTES;

  /** Adds an answer, which is asked for only where there is space. */
  async add(key, question) {
    if (this.#left < MAX_BYTES / 50 || this.answers[key] !== undefined) return;
    const taken = this.take(await question());
    if (taken !== undefined) this.answers[key] = taken;
  }

  /** What goes into the page of an answer. */
  printable(answer) {
    return withShortTexts(answer);
  }

  /** The same, unless there is no space for it. */
  take(answer, most = this.#left) {
    const printable = this.printable(answer);
    const bytes = Buffer.byteLength(jsonInMarkup(printable)) + KEY_BYTES;
    if (bytes > Math.min(most, this.#left)) return undefined;
    this.#left -= bytes;
    return printable;
  }
}

/** Around an answer. */
const KEY_BYTES = 40;

async function treeOf(asked, space) {
  for (const size of TREES) {
    const tree = space.take(await ask(asked, { ask: 'dominatorTree', ...size }), MAX_PART_BYTES);
    if (tree !== undefined) return tree;
  }
  throw new Error('a row is longer than a report may be');
}

/** Asks for an answer whose size does not depend on the heap, which the API does not have. */
function ask({ last, shown, sourceMaps }, question) {
  return Snapshot.run([last], {}, (job) => Snapshot.askMapped(job, [last], { ...question, ...shown }, sourceMaps));
}

function summaryOf({ rootId, nodeCount, edgeCount, stringCount, totalSize, meta, statistics, skipped }) {
  return { rootId, nodeCount, edgeCount, stringCount, totalSize, meta, statistics, skipped };
}

/** Suspects and their holders, the largest objects, then the dominator tree from the top. */
function objectsOf({ suspects: sure, inconclusive, biggest, collections, detached }, tree) {
  const suspects = [...sure, ...inconclusive];
  const ids = [
    ...suspects.flatMap(({ holder, sampleIds }) => [holder.id, ...sampleIds.slice(0, 1)]),
    ...biggest.map(({ id }) => id),
    ...suspects.flatMap(({ sampleIds }) => sampleIds),
    ...collections.map(({ id }) => id),
    ...detached.nodes.map(({ id }) => id),
  ];
  let level = [tree];
  while (level.length > 0 && ids.length < 4 * OBJECTS) {
    ids.push(...level.map(({ id }) => id));
    level = level.flatMap(({ children }) => children);
  }
  return [...new Set(ids)].slice(0, OBJECTS);
}

/** The objects on the paths in the answers. */
function stepsOf(answers) {
  const results = Object.keys(answers).filter((key) => key.startsWith('retainingPaths ')).map((key) => answers[key]);
  return [...new Set(results.flatMap(({ paths }) => paths.flatMap(({ steps }) => steps.map(({ id }) => id))))];
}

/** The first row after the omitted middle has the number of omitted rows. */
async function dominatorPath(asked, id) {
  const { nodes, omitted } = await ask(asked, { ask: 'dominatorPath', id });
  return omitted === 0 ? nodes : nodes.map((node, i) => (i === nodes.length / 2 ? { ...node, omitted } : node));
}

/** The value with the middle of every long text cut out. */
function withShortTexts(value, longest = MAX_TEXT) {
  if (typeof value === 'string') return value.length <= longest ? value : `${value.slice(0, longest / 2)}…${value.slice(-longest / 2)}`;
  if (Array.isArray(value)) return value.map((each) => withShortTexts(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withShortTexts(each, SENTENCES.has(key) ? MAX_SENTENCE : MAX_TEXT)]));
}

module.exports = { embeddedAnswers };
