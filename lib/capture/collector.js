'use strict';

// V8's `gc` function, in any process, worker or vm context, without a flag on the command line.

const v8 = require('node:v8');
const vm = require('node:vm');

let collect;

/** V8 adds the function to contexts that are created while the flag is set: one is created for it, and only its `gc` is kept. */
function collector() {
  if (collect === undefined) {
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext('gc');
  }
  return collect;
}

/** Older V8 knows only the ordinary collection by name. */
const HAS_LAST_RESORT = Number.parseInt(process.versions.v8, 10) >= 12;

/**
 * The collection that V8 begins a snapshot with. It also gives back what the young generation keeps, up to 90 MB, which is
 * available to a capture then.
 * @param {import('node:inspector').Session} session
 */
function collectAll(session) {
  if (HAS_LAST_RESORT) collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  else collectByQuery(session);
}

/** Before V8 looks for objects it collects likewise. No object has a prototype that was made just now. */
function collectByQuery(session) {
  const group = { objectGroup: 'heapray collection' };
  session.post('Runtime.evaluate', { expression: '({})', ...group }, (error, answer) => {
    if (error) throw new Error(error.message);
    session.post('Runtime.queryObjects', { prototypeObjectId: answer.result.objectId, ...group });
  });
  session.post('Runtime.releaseObjectGroup', group);
}

module.exports = { collectAll, collector };
