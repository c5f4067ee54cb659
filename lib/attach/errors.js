'use strict';

// Errors of what is attached to. Messages have texts of the target: they may end in logs.

const { HeaprayError } = require('../api/errors.js');
const { visible } = require('../format/text.js');

const make = (code) => (message, details) => new HeaprayError(code, visible(message), details);

module.exports = {
  targetEnded: make('ERR_TARGET_ENDED'),
  protocolError: make('ERR_PROTOCOL'),
};
