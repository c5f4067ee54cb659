'use strict';

/** Names of classes of which an answer does not tell the place. */

const { IDENTIFIER } = require('./map.js');
const { asked } = require('./questions.js');
const { isSource } = require('./rows.js');

/** Characters of a name; longer ones were made by a program, not written in its source. */
const MAX_NAME = 1000;
/** For names of more characters all classes are asked for: the automaton of an expression takes memory for each. */
const MAX_CHARACTERS = 10_000;
const MAX_CLASSES = 100_000;

/**
 * The classes of these names, in all snapshots that the answer is about.
 * @param {Iterable<string>} names
 * @param {number} snapshots
 */
function* classesOf(names, snapshots) {
  const wanted = new Set([...names].filter((name) => name.length <= MAX_NAME && IDENTIFIER.test(name)));
  const found = new Map();
  if (wanted.size === 0) return found;
  const regex = `^(?:${[...wanted].map((name) => name.replaceAll('$', '\\$')).join('|')})$`;
  const query = regex.length > MAX_CHARACTERS ? {} : { name: { regex } };
  for (let before = 0; before < snapshots; before += 1) {
    const { classes } = yield* asked({ ask: 'classes', ...query, limit: MAX_CLASSES, showStrings: false }, before);
    for (const row of classes) if (wanted.has(row.name)) found.set(row.name, [...(found.get(row.name) ?? []), row]);
  }
  return found;
}

/**
 * What the classes of one name are called in the original: `undefined` unless all are called alike.
 * @param {import('./mapper.js').Mapper} mapper
 */
function renamedClass(name, classes, mapper) {
  const names = classes.map(({ source }) => (isSource(source) && source.line !== null ? mapper.script(source)?.nameAt(source, name) : undefined));
  return names.every((each) => each === names[0]) ? names[0] : undefined;
}

module.exports = { classesOf, renamedClass };
