'use strict';

// Drops V8's table of object ids.
//
// The first snapshot makes V8 keep a table of every object's id, about 75 bytes each, so that the next
// snapshot calls the same object by the same id. A single snapshot does not need the table; only the
// DevTools protocol can drop it.

const { HeaprayError } = require('../api/errors.js');

function inSession(work) {
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  work(session);
  session.disconnect();
}

const forgetIds = () => inSession((session) => session.post('HeapProfiler.disable'));

/** Checked before V8 begins: otherwise there would be a snapshot whose ids cannot be dropped. */
function checkCanForget() {
  try {
    inSession(() => {});
  } catch (cause) {
    throw new HeaprayError('ERR_NOT_SUPPORTED', `forgetIds needs the inspector, which cannot be used here: ${cause.message}`, { cause });
  }
}

module.exports = { checkCanForget, forgetIds };
