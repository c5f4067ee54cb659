'use strict';

// Collects the answers that a report in one file contains, for exploring the largest objects.
//
// `viewer/app/engines/embedded.ts` answers the page from this. Contents of strings are left out unless
// they are asked for: a report is made to be passed on.

const { STRING_TYPES } = require('../format/labels.js');

/** Classes, and rows of every list of an object's neighbours. */
const CLASSES = 500;
const NEIGHBOURS = 12;
/** Objects that can be looked at one by one; the first of them, which matter most, with paths: these take a walk over the heap each. */
const OBJECTS = 120;
const OBJECTS_WITH_PATHS = 24;
const PATHS = 2;
/** Retainers of what is on these paths, for drawings. */
const HOLDERS = 4;
/** Classes whose largest instances are listed. */
const OPENED_CLASSES = 60;
const TREE = { depth: 10, limit: 100, minShare: 0.0008 };

/**
 * @param {import('../../index').Snapshot[]} snapshots oldest first
 * @param {{ names: string[], report: import('../../index').Report, showStrings?: boolean }} about
 * @returns what `Embedded` of the viewer describes
 */
async function embeddedAnswers(snapshots, { names, report, showStrings = false }) {
  const last = snapshots.at(-1);
  const { classes } = await last.classes({ limit: CLASSES });
  const tree = await last.dominatorTree(TREE);
  const answers = { report };
  for (const { index } of classes.slice(0, OPENED_CLASSES)) {
    answers[`classInstances ${index}`] = await last.classInstances(index, { limit: NEIGHBOURS });
  }
  for (const [i, id] of objectsOf(report, tree).entries()) {
    Object.assign(answers, await answersAbout(last, id));
    if (i < OBJECTS_WITH_PATHS) answers[`retainingPaths ${id}`] = await last.retainingPaths(id, { limit: PATHS });
  }
  for (const id of stepsOf(answers)) answers[`retainers ${id}`] ??= await last.retainers(id, { limit: HOLDERS });
  const embedded = { snapshots: [{ snapshot: 1, name: names.join(' → '), summary: summaryOf(last) }], classes, tree, answers };
  return showStrings ? embedded : withoutContents(embedded);
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

/** What is on the paths among the answers. */
function stepsOf(answers) {
  const results = Object.keys(answers).filter((key) => key.startsWith('retainingPaths ')).map((key) => answers[key]);
  return new Set(results.flatMap(({ paths }) => paths.flatMap(({ steps }) => steps.map(({ id }) => id))));
}

/** By question and object, as the page looks them up. */
async function answersAbout(snapshot, id) {
  const page = { limit: NEIGHBOURS };
  const { edges: _, ...node } = await snapshot.node(id);
  return {
    [`node ${id}`]: node,
    [`dominatorPath ${id}`]: await snapshot.dominatorPath(id),
    [`retainers ${id}`]: await snapshot.retainers(id, page),
    [`references ${id}`]: await snapshot.references(id, page),
    [`dominated ${id}`]: await snapshot.dominated(id, page),
  };
}

/** The same with every string node's name replaced by its length. Answers are a few levels deep, trees ten. */
function withoutContents(value) {
  if (Array.isArray(value)) return value.map(withoutContents);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutContents(each)]));
  if (STRING_TYPES.has(copy.type) && typeof copy.name === 'string') copy.name = hidden(copy.name);
  if (STRING_TYPES.has(copy.nodeType) && typeof copy.nodeName === 'string') copy.nodeName = hidden(copy.nodeName);
  return copy;
}

/** As reports of the core say it. */
function hidden(contents) {
  return /^\(\d+ characters\)$/.test(contents) ? contents : `(${contents.length} characters)`;
}

module.exports = { embeddedAnswers };
