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
    const steps = stepsOf(typeof of === 'number' ? { path: row.path } : row, answers.get(of)?.paths ?? []);
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

/**
 * The steps of the path of a row; `undefined` if several that have its text lead through different code. Rows that share a path
 * are mapped one by one.
 */
function stepsOf({ path: text, source }, paths) {
  const exact = paths.filter((path) => path.text === text);
  const all = exact.length > 0 ? exact : paths.filter((path) => withoutIndices(path.text) === text);
  const ofClass = all.filter(({ steps }) => source && isSamePlace(steps.at(-1).source, source));
  // A path may end with a variable, whose place is another.
  const found = ofClass.length > 0 ? ofClass : all;
  const [first] = found;
  if (first === undefined || found.some((path) => codeOn(path) !== codeOn(first))) return undefined;
  return structuredClone(first.steps).map((step) => (exact.length > 0 ? step : { ...step, edge: withoutIndices(step.edge) }));
}

const isSamePlace = (a, b) => a !== null && a.scriptId === b.scriptId && a.line === b.line && a.column === b.column;

/** Where the classes, functions and variables on a path are. */
function codeOn({ steps }) {
  return steps.filter(({ internal }) => !internal).map(({ source }) => `${source?.scriptId}:${source?.line}:${source?.column}`).join();
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

module.exports = { addSteps, isOfClass, stepsOf };
