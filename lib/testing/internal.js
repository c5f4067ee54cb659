'use strict';

// Names of classes → whether a program decides how many there are.

/** Code, shapes, tables, and what else V8 and Node keep for themselves; strings, regular expressions and symbols are values of the program. */
const INTERNAL = /^(\((?!(string|regexp|symbol|bigint|concatenated string|sliced string)\)).*\)$|(system|Node|InternalNode|C\+\+)\b|Detached Node \/)/;

const isInternalClass = (name) => INTERNAL.test(name);

module.exports = { isInternalClass };
