'use strict';

/** References by the name of a variable or a private field, in trees and lists of references. */

const { asked } = require('./questions.js');

/** Objects whose references are mapped, and the retainers of a scope among which a function of it is looked for. */
const MAX_PARENTS = 500;
const RETAINERS = 20;

/**
 * @param {object[]} rows of an answer
 * @param {import('./questions.js').Question} question
 * @returns {[reference: { type: string, name: string }, parent: number][]} references with names of the program, and whose they are
 */
function namedReferences(rows, question) {
  const found = [];
  const add = (reference, parent) => {
    if (isNamed(reference)) found.push([reference, parent]);
  };
  for (const row of rows) {
    const { id, edges, references, retainers, items } = row;
    if (typeof id === 'number') for (const edge of edges ?? []) add(edge, id);
    if (typeof id === 'number') for (const item of references?.items ?? []) add(item, id);
    for (const item of retainers?.items ?? []) add(item, item.node.id);
    if (row === rows[0] && Array.isArray(items)) for (const item of items) add(item, question.ask === 'references' ? question.id : item.node.id);
  }
  return found;
}

function isNamed({ type, name }) {
  return typeof name === 'string' && (type === 'context' || (type === 'property' && name.startsWith('#')));
}

/** The objects that have these references, with what refers to them. */
function* parentsOf(references) {
  const ids = [...new Set(references.map(([, parent]) => parent))].slice(0, MAX_PARENTS);
  if (ids.length === 0) return new Map();
  const retainers = { depth: 1, limit: RETAINERS };
  const { nodes } = yield* asked({ ask: 'filter', id: ids, limit: ids.length, retainers, showStrings: false });
  return new Map(nodes.map((node) => [node.id, node]));
}

/**
 * The name in the original; `undefined` where it is not known.
 * @param {import('./mapper.js').Mapper} mapper
 */
function referenceName({ type, name }, parent, mapper) {
  if (parent === undefined) return undefined;
  if (type === 'context') return variableOf(parent, name, mapper);
  const { source } = parent;
  return source === null || source.line === null ? undefined : mapper.script(source)?.field(name, source)?.replace(/^#?/, '#');
}

/** A function that has the scope tells which one it is. */
function variableOf({ retainers }, name, mapper) {
  for (const { type, name: reference, node } of retainers.items) {
    if (type !== 'internal' || reference !== 'context' || !node.source || node.source.line === null) continue;
    const { script, scriptId } = node.source;
    const variable = mapper.script(node.source)?.variable(name, { script, scriptId, line: null, column: null }, { ...node.source, contexts: 1 });
    if (variable !== undefined) return variable.name;
  }
  return undefined;
}

module.exports = { namedReferences, parentsOf, referenceName };
