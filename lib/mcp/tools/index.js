'use strict';

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} description for the model
 * @property {import('../../api/options/describe.js').Declarations} arguments
 * @property {(args: object, context: import('../session.js').Context) => Promise<string>} run
 */

/** @type {Tool[]} */
const TOOLS = [
  require('./open.js'),
  require('./suspect.js'),
  require('./classes.js'),
  require('./objects.js'),
  require('./paths.js'),
  require('./diff.js'),
  require('./group.js'),
  require('./what-if.js'),
  require('./source.js'),
];

module.exports = { TOOLS };
