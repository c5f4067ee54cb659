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

module.exports = { collector };
