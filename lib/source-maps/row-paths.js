'use strict';

/** Some rows have the text of a path without its steps, by which it is mapped: they are looked for. */

const { asked } = require('./questions.js');

/** Objects and classes whose paths are looked for, each a search in the heap. */
const MAX_SEARCHES = 200;
/** Shapes of paths to the objects of a class. */
const MAX_SHAPES = 1000;

/** Questions whose answers have paths as tests see them. */
const OF_TESTS = new Set(['since', 'testRounds']);

/** Whether it has a path and tells of its class alone, not of the object. */
const isOfClass = (row) => hasText(row) && typeof row.id !== 'number';
const hasText = ({ path, steps }) => typeof path === 'string' && steps === undefined;

/**
 * Adds `steps` to rows that have none, and to their holders.
 * @param {object[]} rows of an answer
 * @param {{ classes: Map<string, object[]>, question: import('./questions.js').Question }} about `classes`: those in the heap, by name
 * @returns {Generator<unknown, object[]>} what has steps now
 */
function* addSteps(rows, { classes, question }) {
  const { mode, showStrings = question.ask === 'report' ? false : undefined } = question;
  const viewpoint = OF_TESTS.has(question.ask) ? 'test' : undefined;
  const answers = new Map();
  const changed = [];
  for (const row of rows.filter(hasText)) {
    const of = targetOf(row, classes);
    if (of === undefined) continue;
    if (!answers.has(of) && answers.size < MAX_SEARCHES) {
      const limit = typeof of === 'number' ? 1 : MAX_SHAPES;
      answers.set(of, yield* asked({ ask: 'retainingPaths', of, limit, viewpoint, showStrings }, mode === 'freed' ? 1 : 0));
    }
    const steps = stepsOf(row.path, answers.get(of)?.paths ?? []);
    if (steps === undefined) continue;
    changed.push(Object.assign(row, { steps }));
    const ofHolder = typeof row.holder?.path === 'string' ? stepsUpTo(row.holder.path, steps) : undefined;
    if (ofHolder !== undefined) changed.push(Object.assign(row.holder, { steps: ofHolder }));
  }
  return changed;
}

/** The object, or the class that is on the path; leaks of functions are named by them. */
function targetOf({ id, className, name, functions }, classes) {
  if (typeof id === 'number') return id;
  if (classes.has(className ?? name)) return className ?? name;
  return Array.isArray(functions) ? 'Function' : undefined;
}

/** The steps of a path with this text. Rows that share a path are mapped one by one. */
function stepsOf(text, paths) {
  const exact = paths.find((path) => path.text === text);
  if (exact !== undefined) return structuredClone(exact.steps);
  const similar = paths.find((path) => withoutIndices(path.text) === text);
  return similar?.steps.map((step) => ({ ...structuredClone(step), edge: withoutIndices(step.edge) }));
}

const withoutIndices = (text) => text.replace(/\[\d+\]/g, '[*]');

/** The steps of a path that begins like another. */
function stepsUpTo(text, steps) {
  let length = 0;
  for (const [at, { edge, internal }] of steps.entries()) {
    if (internal) continue;
    length += edge.length;
    if (length === text.length) return structuredClone(steps.slice(0, at + 1));
  }
  return undefined;
}

module.exports = { addSteps, isOfClass };
