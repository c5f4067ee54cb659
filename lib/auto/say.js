'use strict';

// Lines on standard error. They go through `process.stderr`, which process managers replace, and a closed pipe is no error.

const { Console } = require('node:console');

let output;
const said = new Set();

function say(text) {
  output ??= new Console({ stdout: process.stderr, stderr: process.stderr, ignoreErrors: true });
  output.error('%s', text);
}

/** A failure, once. */
function sayFailure(message) {
  if (said.has(message)) return;
  said.add(message);
  const { visible } = require('../format/text.js');
  say(`heapray: ${visible(message)}`);
}

module.exports = { say, sayFailure };
