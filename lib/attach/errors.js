'use strict';

// Errors of what is attached to. Messages have texts of the target and end in logs.

const { isMainThread } = require('node:worker_threads');
const { HeaprayError } = require('../api/errors.js');
const { visible } = require('../format/text.js');

const make = (code) => (message, details) => new HeaprayError(code, visible(message), details);

const noTarget = make('ERR_NO_TARGET');

/** A thread would wait for itself: it cannot read a snapshot while V8 writes it, nor close its inspector while it is attached. */
const isOneself = (pid) => isMainThread && pid === process.pid;
const oneself = () => noTarget(`process ${process.pid} is this one: call capture() without a target for its snapshot`);

module.exports = {
  isOneself,
  noTarget,
  oneself,
  remoteAddress: make('ERR_REMOTE_ADDRESS'),
  targetEnded: make('ERR_TARGET_ENDED'),
  protocolError: make('ERR_PROTOCOL'),
  silentTarget: make('ERR_TIMEOUT'),
};
