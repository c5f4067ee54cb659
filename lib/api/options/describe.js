'use strict';

// Describes the values that an option accepts, for errors, help and documentation.

/**
 * An option, declared once. The API checks it, the command line makes flags of it, `__test__/options.test.mjs`
 * compares `index.d.ts` and `docs/` with it.
 * @typedef {object} Declaration
 * @property {string} type A name in `check.js`.
 * @property {(what: string, value: unknown) => unknown} [check] Replaces the check of the type.
 * @property {boolean} [orBoolean] Whether a boolean is accepted too. For an object `true` means the defaults, `false` none.
 * @property {number} [min] The least number.
 * @property {number} [above] A number that the value must exceed.
 * @property {number} [max] The largest number.
 * @property {string} [unit] Of a number: `bytes`.
 * @property {string[]} [choices] The values of a choice; for other types the suggested ones.
 * @property {Record<string, Declaration>} [fields] Members of an object.
 * @property {boolean} [isOpen] Whether other words than the choices may exist, of which the core decides.
 * @property {Record<string, Declaration>} [members] Of a query within a question.
 * @property {boolean} [required]
 * @property {unknown} [default] The value if it is left out.
 * @property {string} [defaultsTo] The default in words, if it is no fixed value.
 * @property {string} [argument] Its name in the API if it is an argument and not a member of an object.
 * @property {string} [flag] On the command line, as commander writes it: `--limit <count>`.
 * @property {string} [help] Completes the line of the flag in `--help`.
 * @property {Record<string, Flag>} [flags] Several flags for one option, instead of `flag` and `help`.
 *
 * @typedef {object} Flag
 * @property {string} help
 * @property {string} [as] The parser of its text, a name in `lib/cli/values.js`; that of the option's type by default.
 * @property {string} [at] The member of the option that it sets.
 * @property {unknown} [value] The value of the option if the flag is given.
 * @property {RegExp} [valueLike] Of an optional value: what it looks like if it follows as a word of its own, and not after `=`.
 *
 * @typedef {Record<string, Declaration>} Declarations
 */

/** V8's ids have 32 bits. */
const MAX_ID = 2 ** 32 - 1;

const hasNumbers = ({ type }) => type === 'whole' || type === 'number';

/** `1 to 1000`, `at least 1000 bytes`; empty without bounds. */
function boundsOf({ min, above, max }, unit = '') {
  const of = unit && ` ${unit}`;
  if (min !== undefined && max !== undefined) return `${min} to ${max}${of}`;
  if (min !== undefined) return `at least ${min}${of}`;
  if (above !== undefined) return max === undefined ? `above ${above}${of}` : `above ${above} and at most ${max}`;
  return '';
}

/** The bounds in help and documentation, which do not mention a minimum of 0. */
function statedBounds(declaration) {
  const { min, max } = declaration;
  return !hasNumbers(declaration) || (min === 0 && max === undefined) ? '' : boundsOf(declaration);
}

function numberText(noun, declaration) {
  const bounds = boundsOf(declaration, declaration.unit);
  if (bounds === '') return noun;
  return bounds.includes(' to ') ? `${noun} from ${bounds}` : `${noun}, ${bounds}`;
}

const quoted = (values) => values.map((value) => `'${value}'`).join(', ');

const TEXTS = {
  whole: (declaration) => numberText('a whole number', declaration),
  number: (declaration) => numberText('a number', declaration),
  id: () => `a whole number from 0 to ${MAX_ID}`,
  ids: () => `a whole number from 0 to ${MAX_ID}, or an array of them`,
  idOrName: () => 'a whole number or a class name',
  boolean: () => 'a boolean',
  string: () => 'a string',
  choice: ({ choices }) => quoted(choices),
  namedFilter: () => 'a string',
  words: () => 'a string or an array of strings',
  names: () => 'a string or an array of strings',
  properties: () => '{ name, value, to }, or an array of such objects',
  query: () => 'an object',
  removals: () => 'the id of an object, a query, or an array of both',
  snapshot: () => 'an open Snapshot',
  text: () => 'a string, a RegExp, { exact }, { contains } or { regex, flags }',
  object: () => 'an object',
  range: () => 'an object',
  key: () => 'a string or bytes, not empty',
  size: () => "bytes, or a size such as '64 kB' or '1 MB'",
  function: () => 'a function',
  signal: () => 'an AbortSignal',
  worker: () => 'a Worker',
  sourceMaps: () => "'auto', 'off' or a folder",
  target: () => 'the id of a process, a port, or an address',
};

/** Completes "must be …". */
function expectedOf(declaration) {
  const text = TEXTS[declaration.type](declaration);
  return declaration.orBoolean ? `a boolean or ${text}` : text;
}

module.exports = { MAX_ID, expectedOf, hasNumbers, statedBounds };
