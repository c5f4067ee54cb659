'use strict';

// Writes stacks in speedscope's own format, https://www.speedscope.app/file-format-schema.json.

const { version } = require('../../package.json');
const { printableJson } = require('../format/log-commands.js');
const { stacksOf } = require('./stacks.js');

/**
 * @param {import('../../index.js').DominatorRow} tree
 * @param {{ title: string }} about
 * @returns {string} JSON
 */
function toSpeedscope(tree, { title }) {
  const { frames, stacks } = stacksOf(tree);
  const profile = {
    type: 'sampled',
    name: title,
    unit: 'bytes',
    startValue: 0,
    endValue: tree.retainedSize,
    samples: stacks.map(({ frames }) => frames),
    weights: stacks.map(({ bytes }) => bytes),
  };
  return printableJson({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: title,
    exporter: `heapray@${version}`,
    activeProfileIndex: 0,
    shared: { frames: frames.map(toFrame) },
    profiles: [profile],
  });
}

function toFrame({ name, file, line, column }) {
  return file === '' ? { name } : { name, file, line, col: column };
}

module.exports = { toSpeedscope };
