'use strict';

/**
 * An answer with the places and names of the original source: the one place that knows which members of answers are
 * places, and which are names of classes, functions and variables.
 */

const { mapPath } = require('./path.js');
const { mapSentences, namesIn, namesOf } = require('./sentences.js');

const isObject = (value) => typeof value === 'object' && value !== null;
const isSource = (value) => isObject(value) && 'scriptId' in value && 'script' in value;

/** Objects whose paths are asked for once more, each a search in the heap. */
const MAX_PATHS = 40;

/**
 * @param {unknown} answer an answer of the API; it is changed
 * @param {import('./mapper.js').Mapper} mapper
 * @param {(question: { ask: string }) => Promise<any>} ask asks the snapshot that the answer is about
 */
async function mapAnswer(answer, mapper, ask) {
  const rows = [];
  walk(answer, (row) => rows.push(row));
  if (!mapper.prepare(rows.filter(isSource))) return;
  const bare = await pathsOf(rows, ask);
  walk(bare, (row) => rows.push(row));
  const ids = rows.filter(leadsThroughVariable).map(({ id }) => id);
  const { nodes } = ids.length === 0 ? { nodes: [] } : await ask({ ask: 'filter', id: [...new Set(ids)], limit: ids.length, showStrings: false });
  mapper.prepare([...rows.filter(isSource), ...nodes.map(({ source }) => source).filter(isSource)]);
  const named = rows.filter(({ verdict }) => typeof verdict === 'string').map((report) => [report, namesIn(report)]);
  new AnswerMapper(mapper, new Map(nodes.map(({ id, source }) => [id, source]))).map(rows);
  for (const [row, found] of bare) row.path = found.text;
  for (const [report, before] of named) {
    mapSentences(report, before);
    await mapFingerprints(before, ask);
  }
}

/** Some rows have the text of a path without its steps. */
async function pathsOf(rows, ask) {
  const found = new Map();
  const withText = rows.filter(({ id, path, steps }) => typeof path === 'string' && typeof id === 'number' && steps === undefined);
  for (const row of withText.slice(0, MAX_PATHS)) {
    const { paths } = await ask({ ask: 'retainingPaths', of: row.id, limit: 1, showStrings: false });
    if (paths[0]?.text === row.path) found.set(row, paths[0]);
  }
  return found;
}

/** The fingerprint is the same for the same leak in the original, bundled or not. */
async function mapFingerprints(before, ask) {
  for (const [row, names] of before) {
    const { className, holderClass, holder } = namesOf(row);
    if (className === names.className && holderClass === names.holderClass && holder === names.holder) continue;
    row.fingerprint = await ask({ ask: 'fingerprint', kind: row.kind, className, holderClass, holderPath: holder });
  }
}

/** Calls `visit` for all objects in an answer, outer ones first. */
function walk(value, visit) {
  const rest = [value];
  while (rest.length > 0) {
    const each = rest.pop();
    if (!isObject(each)) continue;
    if (!Array.isArray(each)) visit(each);
    const inner = each instanceof Map ? [...each.values()] : Object.values(each);
    for (const member of inner.reverse()) if (isObject(member)) rest.push(member);
  }
}

/** Whether it is a step, whose `source` is that of a variable and not of the object. */
function leadsThroughVariable({ edge, source }) {
  return typeof edge === 'string' && isSource(source) && (edge.startsWith(' → context.') || source.line === null);
}

const isSamePlace = (a, b) => a.script === b.script && a.line === b.line && a.column === b.column;

class AnswerMapper {
  #mapper;
  #sources;
  #mapped = new Set();

  /** @param {Map<number, object | null>} sources places of functions and classes, by node */
  constructor(mapper, sources) {
    this.#mapper = mapper;
    this.#sources = sources;
  }

  /** Names and paths are looked up by places, which are mapped last. */
  map(rows) {
    for (const row of rows) this.#mapRow(row);
    for (const row of rows) if (isSource(row) && !this.#mapped.has(row)) this.#mapPlace(row);
  }

  #mapRow(row) {
    if (Array.isArray(row.steps)) this.#mapSteps(row);
    if (isSource(row.source)) this.#mapNames(row);
    if (typeof row.variable === 'string' && row.owner) this.#mapVariable(row);
  }

  #mapSteps(row) {
    const context = { mapper: this.#mapper, sourceOf: (id) => this.#sources.get(id), setPlace: (source, place) => this.#setPlace(source, place) };
    const last = mapPath(row, context);
    if (!row.owner || last === undefined) return;
    const isOfOwner = isSource(row.source) && isSource(row.owner.source) && isSamePlace(row.source, row.owner.source);
    if (this.#mapOwner(row.owner, last) && isOfOwner) this.#setPlace(row.source, row.owner.source);
  }

  /** `className` of objects, `name` of classes and functions, `functionName` of frames. */
  #mapNames(row) {
    const script = this.#mapper.script(row.source);
    if (script === undefined || row.edge !== undefined || this.#mapped.has(row.source)) return;
    const { type, kind } = row;
    if (kind === 'module') row.name = script.onlySource ?? row.name;
    if (row.source.line === null) return;
    const renamed = (name) => script.nameAt(row.source, name) ?? name;
    if (type !== 'closure' && typeof row.className === 'string') {
      const name = renamed(row.className);
      if (row.name === row.className) row.name = name;
      row.className = name;
      if (Array.isArray(row.sampleIds)) return;
    }
    if (typeof row.name === 'string' && (type === 'closure' || row.className === undefined)) row.name = renamed(row.name);
    if (typeof row.functionName === 'string') row.functionName = renamed(row.functionName);
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
