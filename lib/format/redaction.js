'use strict';

/** Formats the answer of `redact`. */

const { formatBytes } = require('./numbers.js');
const { visible } = require('./text.js');

function formatRedaction({ bytes, skipped }, file) {
  const written = `wrote ${visible(file)}, ${formatBytes(bytes)}`;
  return skipped.length === 0 ? written : `${written}; left out: ${skipped.map(visible).join(', ')}`;
}

module.exports = { formatRedaction };
