'use strict';

/** The arguments of tools: declared like the options of the API, described as JSON Schema, checked by the same rules. */

const { checkOptions } = require('../api/options/check.js');
const { toId, toPattern } = require('../api/typed.js');

/** @typedef {import('../api/options/describe.js').Declarations} Declarations */

const SCHEMAS = {
  whole: ({ min, max }) => ({ type: 'integer', minimum: min, maximum: max }),
  choice: ({ choices }) => ({ type: 'string', enum: choices }),
  boolean: () => ({ type: 'boolean' }),
  words: () => ({ type: 'array', items: { type: 'string' } }),
};

/** Ids, names and patterns are text. */
const TEXT = () => ({ type: 'string' });

/** @param {Declarations} declarations */
function schemaOf(declarations) {
  const properties = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    const { type, help, default: usual } = declaration;
    properties[name] = defined({ ...(SCHEMAS[type] ?? TEXT)(declaration), default: usual, description: help });
  }
  const required = Object.keys(declarations).filter((name) => declarations[name].required);
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** What models write instead of the values of the API. */
const CONVERTERS = {
  id: (value) => (typeof value === 'string' ? (toId(value) ?? value) : value),
  contains: (value) => (typeof value === 'string' ? (toPattern(value) ?? { contains: value }) : value),
};

/**
 * @param {Declarations} declarations
 * @param {Record<string, unknown>} [given] an argument that is null is left out
 */
function readArguments(declarations, given = {}) {
  const converted = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    const { type, as = type, check } = declarations[name] ?? {};
    converted[name] = check === undefined && Object.hasOwn(CONVERTERS, as) ? CONVERTERS[as](value) : value;
  }
  const checked = checkOptions('arguments', declarations, converted);
  return { ...defaultsOf(declarations), ...checked };
}

function defaultsOf(declarations) {
  return defined(Object.fromEntries(Object.entries(declarations).map(([name, declaration]) => [name, declaration.default])));
}

const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

module.exports = { readArguments, schemaOf };
