'use strict';

/** Formats the answer of `redact`. */

const { formatAmount, formatBytes, formatCount } = require('./numbers.js');
const { visible } = require('./text.js');

function formatRedaction({ bytes, skipped, names }, file) {
  const written = `wrote ${visible(file)}, ${formatBytes(bytes)}`;
  const all = skipped.length === 0 ? written : `${written}; left out: ${skipped.map(visible).join(', ')}`;
  return `${all}\n${hidden(names)}\n${remaining(names)}`;
}

function hidden({ hiddenTexts, hiddenKeys }) {
  return `hidden: ${formatAmount(hiddenTexts, 'text')}, ${formatAmount(hiddenKeys, 'key')}`;
}

function remaining({ properties, functions, scripts }) {
  const kinds = [
    `${formatAmount(properties, 'name')} of properties and variables`,
    `${formatCount(functions)} of classes and functions`,
    `${formatCount(scripts)} of scripts, without their queries`,
  ];
  return `not hidden: ${kinds.join(', ')}`;
}

module.exports = { formatRedaction };
