'use strict';

const { QUESTIONS } = require('../../api/options/questions.js');

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
  ...(Object.hasOwn(QUESTIONS, 'group') ? [require('./group.js')] : []),
  ...(Object.hasOwn(QUESTIONS, 'whatIf') ? [require('./what-if.js')] : []),
  require('./source.js'),
];

module.exports = { TOOLS };
