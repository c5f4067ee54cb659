'use strict';

// Drops V8's table of object ids.
//
// The first snapshot makes V8 keep a table of every object's id, about 75 bytes each, so that the
// next snapshot calls the same object by the same id. A single
// snapshot does not need the table; only the DevTools protocol can drop it.

function forgetIds() {
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.disable');
  session.disconnect();
}

module.exports = { forgetIds };
