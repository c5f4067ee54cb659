'use strict';

// V8's `gc` function, in any process, worker or vm context, without a flag on the command line.

const v8 = require('node:v8');
const vm = require('node:vm');

let collect;

/** It is made for contexts that begin while the flag is set; ours ends there. */
function collector() {
  if (collect === undefined) {
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext('gc');
  }
  return collect;
}

module.exports = { collector };
