'use strict';

// V8's table of object ids → dropped.
//
// The first snapshot makes V8 keep a table of every object's id, about 75 bytes each, so that the
// next snapshot calls the same object by the same id. Who wants one snapshot only can have that
// memory back; the DevTools protocol is the only way to ask for it.

function forgetIds() {
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.disable');
  session.disconnect();
}

module.exports = { forgetIds };
