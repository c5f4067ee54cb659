'use strict';

/** Arguments that several tools take. */

const { readOption } = require('../api/options/check.js');
const { argumentError } = require('../api/errors.js');
const { toId, toPattern } = require('../api/typed.js');

/** @param {string} help */
const snapshotNamed = (help) => ({
  type: 'text',
  help,
  check(what, value) {
    if (/^s\d+$/.test(value)) return value;
    throw argumentError(what, "the name of a snapshot, such as 's1'", value);
  },
});

/** A list of any text; of one text its parts, if there is a separator. */
const textsOf = (declaration = {}, separator = undefined) => ({
  type: 'words',
  ...declaration,
  check(what, value) {
    const texts = typeof value === 'string' ? partsOf(value, separator) : value;
    if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
    throw argumentError(what, 'an array of strings', value);
  },
});

const partsOf = (text, separator) => (separator === undefined ? [text] : text.split(separator).map((part) => part.trim()));

const SNAPSHOT = snapshotNamed('s1, s2 …; default the newest');

const PAGE = {
  limit: { type: 'whole', min: 1, max: 100, default: 20 },
  offset: { type: 'whole', min: 0, default: 0 },
};

/** `#12` is the class with this index, any other text a name or a pattern. */
const CLASS = {
  type: 'text',
  help: 'name, /regexp/flags, or #N of classes',
  check(what, value) {
    return indexIn(value) ?? readOption(what, { type: 'text' }, typeof value === 'string' ? (toPattern(value) ?? value) : value);
  },
};

/** `@123` is an object; without patterns. */
const OBJECT_OR_CLASS = {
  type: 'idOrName',
  help: '@123, a class name, or #N',
  check(what, value) {
    return indexIn(value) ?? readOption(what, { type: 'idOrName' }, typeof value === 'string' ? (toId(value) ?? value) : value);
  },
};

/** @returns {{ index: number } | undefined} */
function indexIn(value) {
  const [, index] = /^#(\d{1,9})$/.exec(value) ?? [];
  return index === undefined ? undefined : { index: Number(index) };
}

module.exports = { CLASS, OBJECT_OR_CLASS, PAGE, SNAPSHOT, snapshotNamed, textsOf };
