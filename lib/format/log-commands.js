'use strict';

/**
 * Escapes commands for CI systems, which read them in the output of a job: GitHub Actions `::error::` at the start of a
 * line and `##[error]` anywhere, Azure Pipelines `##vso[…]`, TeamCity `##teamcity[…]`. Names of the heap must not be any.
 */

const COMMANDS = 'add-(?:mask|matcher|path)|debug|echo|(?:end)?group|error|notice|remove-matcher|save-state|set-(?:env|output|secret)|stop-commands|warning';

/**
 * `##` before a bracket, and `::` before a name: any name where no identifier precedes, so that `v8::internal` stays,
 * and those of GitHub's own commands everywhere, because lines may be broken there.
 */
const START = new RegExp(String.raw`#(?=#\w*\[)|:(?=:(?:${COMMANDS})\b)|(?<![\w$:]):(?=:[a-z])`, 'gi');

/** Escapes of the same character, the first for JavaScript, the second also for JSON. */
const asHex = (character) => `\\x${character.charCodeAt(0).toString(16)}`;
const asUnicode = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text with the first character of every command written as an escape. */
function withoutLogCommands(text) {
  return text.replace(START, asHex);
}

/** Characters that JSON may contain but a terminal would interpret. */
const ACTIVE_CHARACTERS = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON of the same value that is safe to print. Outside of strings JSON has neither `##` nor `::`. */
function printableJson(value, indent = 0) {
  return JSON.stringify(value, null, indent).replace(ACTIVE_CHARACTERS, asUnicode).replace(START, asUnicode);
}

module.exports = { printableJson, withoutLogCommands };
