'use strict';

// Errors of what is attached to. Messages have texts of the target and end in logs.

const { HeaprayError } = require('../api/errors.js');
const { visible } = require('../format/text.js');

const make = (code) => (message, details) => new HeaprayError(code, visible(message), details);

module.exports = {
  noTarget: make('ERR_NO_TARGET'),
  remoteAddress: make('ERR_REMOTE_ADDRESS'),
  targetEnded: make('ERR_TARGET_ENDED'),
  protocolError: make('ERR_PROTOCOL'),
  silentTarget: make('ERR_TIMEOUT'),
};
