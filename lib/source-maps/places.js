'use strict';

/** Where V8 has functions begin, as offsets in the text of their script. Versions differ; the first is that of the newest. */

/** The function that a script as a whole is, or that Node.js puts around a module. */
const PLACE_OF_SCRIPT = 0;

/**
 * At the parameters of a function, of an arrow function with `async` before them; some versions begin after `async`, or at
 * `constructor`.
 * @param {string} text
 * @param {{ type: string, start: number, async: boolean, id?: { end: number } | null }} node
 */
function placesOfFunction(text, { type, start, async, id }) {
  if (type !== 'ArrowFunctionExpression') return [text.indexOf('(', id?.end ?? start), ...placesOfKeyword(text, start)];
  return async ? [start, start + /^async\s*/.exec(text.slice(start, start + 100))[0].length] : [start];
}

/** The function of a constructor has the rest of it. */
function placesOfKeyword(text, start) {
  const before = /\bconstructor\s*$/.exec(text.slice(Math.max(0, start - 40), start));
  return before === null ? [] : [start - before[0].length];
}

/** The function for the fields of a class begins with the class, its body or the first field; so does a class without a constructor. */
function placesOfClass({ start, body }) {
  const firstOf = (isStatic) => body.body.find((member) => member.type === 'PropertyDefinition' && member.static === isStatic);
  return [start, body.start, ...[firstOf(false), firstOf(true)].flatMap((field) => field?.start ?? [])];
}

module.exports = { PLACE_OF_SCRIPT, placesOfClass, placesOfFunction };
