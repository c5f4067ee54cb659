'use strict';

/**
 * CI systems read commands in what a job prints: GitHub Actions `::error::` at the start of a line and `##[error]`
 * anywhere, Azure Pipelines `##vso[…]`, TeamCity `##teamcity[…]`. A name of the heap must not become one.
 */

const COMMANDS = 'add-(?:mask|matcher|path)|debug|echo|(?:end)?group|error|notice|remove-matcher|save-state|set-(?:env|output|secret)|stop-commands|warning';

/**
 * `##` before a bracket, and `::` before a name: any name where no identifier precedes, so that `v8::internal` stays,
 * and those of GitHub's own commands everywhere, because lines may be broken there.
 */
const START = new RegExp(String.raw`#(?=#\w*\[)|:(?=:(?:${COMMANDS})\b)|(?<![\w$:]):(?=:[a-z])`, 'gi');

/** Either escape is read back as the same character: the first in JavaScript, the second in JSON too. */
const asHex = (character) => `\\x${character.charCodeAt(0).toString(16)}`;
const asUnicode = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text with the first character of every command written as an escape. */
function withoutLogCommands(text) {
  return text.replace(START, asHex);
}

/** JSON has no need to escape these, a terminal would act on them. */
const ACTIVE_CHARACTERS = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON that may be printed; its value is the same. Outside of strings JSON has neither `##` nor `::`. */
function printableJson(value, indent = 0) {
  return JSON.stringify(value, null, indent).replace(ACTIVE_CHARACTERS, asUnicode).replace(START, asUnicode);
}

module.exports = { printableJson, withoutLogCommands };
