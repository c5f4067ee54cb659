'use strict';

/**
 * Answers of `group` and `whatIf` have names and paths without the places by which they are mapped: rows get these, and lose
 * them again.
 */

const { asked } = require('./questions.js');
const { stepsOf } = require('./row-paths.js');

/** Rows whose paths are looked for, each a search in the heap. */
const MAX_SEARCHES = 200;
/** Paths of an object among which that of an answer is looked for. */
const MAX_PATHS = 10;
/** Objects that are asked for at once. */
const MAX_OBJECTS = 1000;

/** @returns {Generator<unknown, () => void>} what takes the places away again */
function* addPlaces(answer, question) {
  if (question.ask === 'whatIf') return yield* addSteps(answer.held.map((row) => ({ row, id: row.node.id })), question);
  if (question.ask !== 'group') return () => {};
  // The objects of a group that is gone are in the earlier snapshot.
  const rows = levelsOf(answer.groups, answer.by).filter(({ row }) => row.count > 0);
  const by = (way) => rows.filter((each) => each.way === way).map(({ row }) => row);
  const ofPaths = by('path').map((row) => ({ row: Object.assign(row, { path: row.key }), id: row.sampleIds[0] }));
  const removers = [yield* addSteps(ofPaths, question), addSources(yield* holdersOf(by('holder')))];
  for (const way of answer.by.filter((each) => each.startsWith('property:'))) {
    removers.push(addSources(yield* valuesOf(by(way), way.slice('property:'.length), question)));
  }
  return () => {
    for (const remove of removers) remove();
    for (const { row } of ofPaths) {
      row.key = row.path;
      delete row.path;
    }
  };
}

/** Rows of all levels, each with what it is grouped by. */
function levelsOf(groups, [way, ...ways]) {
  return groups.flatMap((row) => [{ row, way }, ...levelsOf(row.groups ?? [], ways)]);
}

function* addSteps(rows, { showStrings }) {
  const added = [];
  for (const { row, id } of rows.slice(0, MAX_SEARCHES)) {
    const { paths } = yield* asked({ ask: 'retainingPaths', of: id, limit: MAX_PATHS, showStrings });
    const steps = stepsOf({ path: row.path }, paths);
    if (steps !== undefined) added.push(Object.assign(row, { steps }));
  }
  return () => added.forEach((row) => delete row.steps);
}

/** @param {Map<object, object>} objects by row, the object whose class or function gives it its name */
function addSources(objects) {
  const added = [...objects].filter(([row, { source }]) => source !== null && row.source === undefined).map(([row, { source }]) => Object.assign(row, { source: { ...source } }));
  return () => added.forEach((row) => delete row.source);
}

function* holdersOf(rows) {
  const objects = yield* objectsWith(rows.flatMap(({ id }) => id ?? []));
  return new Map(rows.filter(({ id }) => objects.has(id)).map((row) => [row, objects.get(row.id)]));
}

/** The objects to which a property refers that are called like their groups. */
function* valuesOf(rows, property, { showStrings }) {
  const samples = yield* objectsWith(rows.map(({ sampleIds }) => sampleIds[0]), { edges: true, showStrings });
  const idOf = ({ sampleIds }) => samples.get(sampleIds[0])?.edges.find(({ type, name }) => (type === 'property' || type === 'element') && String(name) === property)?.to;
  const objects = yield* objectsWith(rows.flatMap((row) => idOf(row) ?? []));
  const values = rows.map((row) => [row, objects.get(idOf(row))]);
  return new Map(values.filter(([row, value]) => value?.type === 'object' && value.className === row.key));
}

/** @returns {Generator<unknown, Map<number, object>>} by id */
function* objectsWith(ids, options = { showStrings: false }) {
  const id = [...new Set(ids)].slice(0, MAX_OBJECTS);
  if (id.length === 0) return new Map();
  const { nodes } = yield* asked({ ask: 'filter', id, limit: id.length, ...options });
  return new Map(nodes.map((node) => [node.id, node]));
}

module.exports = { addPlaces };
