'use strict';

/** Formats the answer of `classes`, DevTools' Summary. */

const { CLASS_COLUMNS, classCells } = require('./cells.js');
const document = require('./document.js');
const { formatAmount, formatCount } = require('./numbers.js');
const { words } = require('./spans.js');

/**
 * @param {import('../../index').ClassPage} page
 * @param {object} [options] as of `formatReport`, and `offset`, where the page starts
 * @returns {string}
 */
function formatClasses({ total, classes, next }, options = {}) {
  const { offset = 0 } = options;
  const shown = classes.length === 0 || classes.length === total ? '' : `; showing ${formatCount(offset + 1)} to ${formatCount(offset + classes.length)}`;
  const blocks = [document.line([words(formatAmount(total, 'class', 'classes'), 'strong'), shown])];
  if (classes.length > 0) blocks.push(document.table(CLASS_COLUMNS, classes.map(classCells)));
  if (next !== null) blocks.push(document.line(words(`More: --offset ${next}`, 'faint')));
  return document.render(blocks, options);
}

module.exports = { formatClasses };
