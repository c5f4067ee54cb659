'use strict';

/** Arguments that several tools take. */

const { readOption } = require('../api/options/check.js');
const { argumentError } = require('../api/errors.js');
const { toPattern } = require('../api/typed.js');

/** @param {string} help */
const snapshotNamed = (help) => ({
  type: 'text',
  help,
  check(what, value) {
    if (/^s\d+$/.test(value)) return value;
    throw argumentError(what, "the name of a snapshot, such as 's1'", value);
  },
});

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
    const [, index] = /^#(\d{1,10})$/.exec(value) ?? [];
    return index === undefined ? classNamed(what, value) : { index: Number(index) };
  },
};

/** Without the index, which not all questions take. */
function classNamed(what, value) {
  return readOption(what, { type: 'text' }, typeof value === 'string' ? (toPattern(value) ?? value) : value);
}

module.exports = { CLASS, PAGE, SNAPSHOT, classNamed, snapshotNamed };
