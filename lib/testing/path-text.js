'use strict';

// A path that begins at the assertion → the path from a variable of the test on.
//
// While a test waits for its assertion, what it has in variables hangs on the function under test, or
// on promises and suspended functions of the test runner, of heapray and of the test:
//
//   functionUnderTest → (anonymous function) → context.sessions[*]
//   Generator.(reactions_or_result) → … → context.sessions[*]
//
// To the reader both are `sessions[*]`.

const ASSERTION = /^functionUnderTest\b|\((reactions_or_result|parameters_and_registers|current_microtask)\)/;
const FUNCTION = /^functionUnderTest\b/;
const VARIABLE = /(?: → |\.)context\.(?=[\p{ID_Start}$_])|\{([\p{ID_Start}$_][\p{ID_Continue}$]*)\}/gu;

/** Vitest's own way to the function of a test, or to what `test.each` has for it, and into its variables. */
const VITEST = /^(?:global\.__vitest_worker__\.current|_test)\S*(?: → [^→]+ → context\.(?:fn|stackTraceError\S*))+ → [^→]+ → context\./;

/** What paths begin with that hang on nothing but promises. */
const WAITING = /^(functionUnderTest\b|(Async)?Generator\b|Promise\b|\(function\)|\(anonymous function\))/;

/** The path from the first variable behind what waits for the assertion. */
function fromTest(path) {
  const ofVitest = VITEST.exec(path);
  if (ofVitest !== null) return path.slice(ofVitest[0].length);
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
