'use strict';

/** Parses the text of a script. */

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/**
 * Throws for a text that is not JavaScript.
 * @param {string} text
 * @param {{ read?: (node: object) => void, reset?: () => void, ranges?: boolean }} [options] `read` is called for each
 * function, inner ones first; `reset` before a second attempt, as a module
 */
function parseScript(text, { read = () => {}, reset = () => {}, ranges = false } = {}) {
  const { Parser } = require('acorn');
  class Reader extends Parser {
    finishNode(node, type) {
      const finished = super.finishNode(node, type);
      if (FUNCTIONS.has(type)) read(finished);
      return finished;
    }

    /** V8 has refused duplicates already; looking for them takes quadratic time. */
    declareName() {}

    /** Nothing is known to be declared. */
    checkLocalExport() {}
  }
  const options = { ecmaVersion: 'latest', ranges, allowHashBang: true, allowAwaitOutsideFunction: true };
  try {
    return { isModule: false, ast: Reader.parse(text, { ...options, sourceType: 'script', allowReturnOutsideFunction: true }) };
  } catch {
    reset();
    return { isModule: true, ast: Reader.parse(text, { ...options, sourceType: 'module' }) };
  }
}

module.exports = { parseScript };
