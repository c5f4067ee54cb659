'use strict';

// Node's permission model, for files that the addon writes: Node.js does not see those.

const path = require('node:path');
const { ioError } = require('./errors.js');

/** @param {string} file That is to be written. */
function checkMayWrite(file) {
  if (process.permission === undefined || process.permission.has('fs.write', path.resolve(file))) return;
  const cause = new Error(`Node's permission model does not allow it: start node with --allow-fs-write=${path.resolve(file)} too`);
  throw ioError(file, Object.assign(cause, { code: 'ERR_ACCESS_DENIED' }), 'write');
}

module.exports = { checkMayWrite };
