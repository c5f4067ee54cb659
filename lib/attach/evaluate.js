'use strict';

// Runs an expression in a target.

const { protocolError } = require('./errors.js');

/**
 * The value of an expression, which must be JSON. `require` is there in every Node.js program, in modules too.
 * Nothing of it stays in the target's heap.
 */
async function evaluate(session, expression) {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, returnByValue: true, includeCommandLineAPI: true, silent: true });
  if (exceptionDetails) throw protocolError(`an expression failed in the target: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  return result.value;
}

module.exports = { evaluate };
