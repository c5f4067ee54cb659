'use strict';

/**
 * An answer with the places and names of the original source: the one place that knows which members of answers are
 * places, and which are names of classes, functions and variables.
 */

const { classesOf, renamedClass } = require('./class-names.js');
const { namedReferences, parentsOf, referenceName } = require('./edges.js');
const { heapNames } = require('./heap-names.js');
const { mapPackages } = require('./packages.js');
const { mapPath } = require('./path.js');
const { asked } = require('./questions.js');
const { addSteps, isOfClass } = require('./row-paths.js');
const { isSource, nameWithoutPlace, rowsOf } = require('./rows.js');
const { mapSentences, namesIn, namesOf, placesOfGrowth } = require('./sentences.js');
const { addPlaces } = require('./texts.js');

/** Questions whose answers are about two snapshots. */
const OF_TWO = new Set(['diff', 'since']);

/**
 * @param {unknown} answer an answer of the API; it is changed
 * @param {import('./mapper.js').Mapper} mapper
 * @param {import('./questions.js').Question} question that it is the answer to
 * @returns {Generator} of questions
 */
function* mapAnswer(answer, mapper, question) {
  const removePlaces = yield* addPlaces(answer, question);
  yield* mapRows(answer, mapper, question);
  removePlaces();
}

function* mapRows(answer, mapper, question) {
  const given = rowsOf(answer);
  const classes = yield* classesOf(given.flatMap(namesOfClasses), OF_TWO.has(question.ask) ? 2 : 1);
  const references = namedReferences(given, question);
  const parents = yield* parentsOf(references);
  const ofAnswer = mapper.prepare(rowsOf([answer, ...classes.values(), ...parents.values()]).filter(isSource));
  if (question.ask === 'report' && mapper.canSumPackages) yield* mapPackages(answer, { mapper, scripts: scriptsOf(given), limit: question.limit });
  if (!ofAnswer) return;
  const changed = yield* addSteps(given, { classes, question });
  const rows = rowsOf(answer);
  const nodes = yield* objectsOn(rows);
  mapper.prepare(rowsOf([answer, ...nodes]).filter(isSource));
  const named = rows.filter(({ verdict }) => typeof verdict === 'string').map((report) => [report, namesIn(report), placesOfGrowth(report)]);
  for (const [reference, parent] of references) reference.name = referenceName(reference, parents.get(parent), mapper) ?? reference.name;
  new AnswerMapper(mapper, { classes, sources: new Map(nodes.map(({ id, source }) => [id, source])) }).map(rows);
  for (const row of changed) delete row.steps;
  for (const [report, before, grown] of named) {
    mapSentences(report, before, grown);
    yield* mapFingerprints(before);
  }
}

const scriptsOf = (rows) => rows.filter(isSource).flatMap(({ script }) => script ?? []);

/** The classes that a row names without their places, or whose path it has. */
function namesOfClasses(row) {
  const member = nameWithoutPlace(row);
  if (member !== undefined) return [row[member]];
  return isOfClass(row) && typeof (row.className ?? row.name) === 'string' ? [row.className ?? row.name] : [];
}

/** The objects to which variables on paths lead: the `source` of a step is that of the variable. */
function* objectsOn(rows) {
  const ids = [...new Set(rows.filter(leadsThroughVariable).map(({ id }) => id))];
  if (ids.length === 0) return [];
  const { nodes } = yield* asked({ ask: 'filter', id: ids, limit: ids.length, showStrings: false });
  return nodes;
}

/** The fingerprint is the same for the same leak in the original, bundled or not. */
function* mapFingerprints(before) {
  for (const [row, names] of before) {
    const { className, holderClass, holder } = namesOf(row);
    if (className === names.className && holderClass === names.holderClass && holder === names.holder) continue;
    row.fingerprint = yield* asked({ ask: 'fingerprint', kind: row.kind, className, holderClass, holderPath: holder });
  }
}

/** Whether it is a step, whose `source` is that of a variable and not of the object. */
function leadsThroughVariable({ edge, source }) {
  return typeof edge === 'string' && isSource(source) && (edge.startsWith(' → context.') || source.line === null);
}

/** Whether the owner of a holder declares a variable on its path, not a field. */
function isOfVariable({ owner, steps }) {
  if (!isSource(owner.source)) return true;
  return steps.some((step) => leadsThroughVariable(step) && isSamePlace(step.source, owner.source));
}

const isSamePlace = (a, b) => a.script === b.script && a.line === b.line && a.column === b.column;

class AnswerMapper {
  #mapper;
  #classes;
  #sources;
  #mapped = new Set();

  /** @param {{ classes: Map<string, object[]>, sources: Map<number, object | null> }} about `sources`: places of functions and classes, by node */
  constructor(mapper, { classes, sources }) {
    this.#mapper = mapper;
    this.#classes = classes;
    this.#sources = sources;
  }

  /** Names and paths are looked up by places, which are mapped last. */
  map(rows) {
    for (const row of rows) this.#mapRow(row);
    for (const row of rows) if (isSource(row) && !this.#mapped.has(row)) this.#mapPlace(row);
  }

  #mapRow(row) {
    if (Array.isArray(row.steps)) this.#mapSteps(row);
    const member = nameWithoutPlace(row);
    if (member !== undefined) this.#rename(row, member, renamedClass(row[member], this.#classes.get(row[member]) ?? [], this.#mapper));
    if (isSource(row.source)) this.#mapNames(row);
    if (typeof row.variable === 'string' && row.owner) this.#mapVariable(row);
  }

  #mapSteps(row) {
    const isOwned = row.owner && isOfVariable(row);
    const context = { mapper: this.#mapper, sourceOf: (id) => this.#sources.get(id), setPlace: (source, place) => this.#setPlace(source, place) };
    const last = mapPath(row, context);
    if (!isOwned || last === undefined) return;
    const isOfOwner = isSource(row.source) && isSource(row.owner.source) && isSamePlace(row.source, row.owner.source);
    if (this.#mapOwner(row.owner, last) && isOfOwner) this.#setPlace(row.source, row.owner.source);
  }

  /** `className` of objects, `name` of classes and functions, `functionName` of frames, `key` of groups. */
  #mapNames(row) {
    const script = this.#mapper.script(row.source);
    if (script === undefined || row.edge !== undefined || this.#mapped.has(row.source)) return;
    const { type, kind } = row;
    if (kind === 'module') row.name = script.onlySource ?? row.name;
    if (row.source.line === null) return;
    // The heap tells classes from functions by their instances alone.
    if (kind === 'function' && script.isClass(row.source)) row.kind = 'class';
    const rename = (member) => this.#rename(row, member, script.nameAt(row.source, row[member]));
    if (typeof row.key === 'string' && Array.isArray(row.sampleIds)) {
      rename('key');
      return;
    }
    if (type !== 'closure' && typeof row.className === 'string') {
      const isCalledLikeClass = row.name === row.className;
      rename('className');
      if (isCalledLikeClass) row.name = row.className;
      if (Array.isArray(row.sampleIds)) return;
    }
    if (typeof row.name === 'string' && (type === 'closure' || row.className === undefined)) rename('name');
    if (typeof row.functionName === 'string') rename('functionName');
  }

  #rename(row, member, name) {
    if (name === undefined || name === row[member]) return;
    heapNames.set(row, row[member]);
    row[member] = name;
  }

  /** The function that declares a variable, or its module. @returns whether the owner was one, not a class */
  #mapOwner(owner, { script, declared, owner: declaring }) {
    if (owner.kind === 'class' || owner.kind === 'global') return false;
    this.#mapper.declared.set(owner, declared);
    owner.kind = declaring === undefined ? 'module' : 'function';
    owner.name = declaring === undefined ? script : declaring.name;
    if (owner.source !== null) this.#setPlace(owner.source, declaring?.place ?? { script, line: null, column: null });
    return true;
  }

  #mapVariable(row) {
    const { owner } = row;
    const variable = this.#mapper.script(owner.source)?.variable(row.variable, owner.source);
    if (variable === undefined) return;
    row.variable = variable.name;
    this.#mapOwner(owner, variable);
  }

  #mapPlace(source) {
    const script = this.#mapper.script(source);
    if (script === undefined) return;
    if (source.line !== null) {
      const place = script.place(source);
      if (place !== undefined) this.#setPlace(source, place);
    } else if (script.onlySource !== undefined) {
      this.#setPlace(source, { script: script.onlySource, line: null, column: null });
    }
  }

  #setPlace(source, place) {
    const { script, line, column } = place;
    this.#mapped.add(source);
    this.#mapper.originals.set(source, place);
    Object.assign(source, { script, line, column });
  }
}

module.exports = { mapAnswer };
