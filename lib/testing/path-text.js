'use strict';

// A path that begins at the assertion → the path from a variable of the test on.
//
// While a test waits for its assertion, what it has in variables hangs on the function under test, or
// on promises and suspended functions of the test runner, of heapray and of the test:
//
//   functionUnderTest → (anonymous function) → context.sessions[*]
//   Generator.(reactions_or_result) → … → context.sessions[*]
//
// To the reader both are `sessions[*]`. Test runners have ways of their own to what they run.

const ASSERTION = /^functionUnderTest\b|\((reactions_or_result|parameters_and_registers|current_microtask)\)/;
const FUNCTION = /^functionUnderTest\b/;
const VARIABLE = /(?: → |\.)context\.(?=[\p{ID_Start}$_])|\{([\p{ID_Start}$_][\p{ID_Continue}$]*)\}/gu;

/** The step from a function to one of its variables, in the paths of suspects and in those of classes. */
const INTO = String.raw`(?: → [^→]+ → context\.|\{)`;

/** The test runners' own ways to the function of a test, or to what `test.each` has for it, and into its variables. */
const RUNNERS = [
  String.raw`(?:global\.__vitest_worker__\.current|_test)[^\s{]*(?:${INTO}(?:fn|stackTraceError)[^\s{]*)+`,
  String.raw`global\[Symbol\(JEST_STATE_SYMBOL\)\]\.currentlyRunningTest\.fn(?:${INTO}params\b[^\s{]*)?`,
].map((way) => new RegExp(`^${way}${INTO}`));

/** What paths begin with that hang on nothing but promises. */
const WAITING = /^(functionUnderTest\b|(Async)?Generator\b|Promise\b|\(function\)|\(anonymous function\))/;

/** The path from the first variable behind what waits for the assertion. */
function fromTest(path) {
  for (const runner of RUNNERS) {
    const [way] = runner.exec(path) ?? [];
    if (way === undefined) continue;
    const rest = path.slice(way.length);
    return way.endsWith('{') ? rest.replace('}', '') : rest;
  }
  const head = ASSERTION.exec(path);
  if (head === null || !WAITING.test(path)) return path;
  VARIABLE.lastIndex = head.index;
  const variable = VARIABLE.exec(path);
  if (variable === null) return path;
  const rest = (variable[1] ?? '') + path.slice(variable.index + variable[0].length);
  // The first variable may be the one in which heapray has the function.
  return FUNCTION.test(rest) ? fromTest(rest) : rest;
}

/** Whether a path leads to something other than what waits for the assertion. */
function isOfProgram(path) {
  if (typeof path !== 'string') return false;
  const text = fromTest(path);
  return text !== 'global' && !WAITING.test(text) && !ASSERTION.test(text);
}

module.exports = { fromTest, isOfProgram };
