'use strict';

// Suggests the known word closest to a misspelt one.

/**
 * @param {string} word
 * @param {string[]} known
 * @returns {string | undefined} `undefined` if none is close
 */
function nearest(word, known) {
  const typed = word.toLowerCase();
  const rated = known.map((each) => ({ each, distance: distanceBetween(typed, each.toLowerCase()) }));
  const close = rated.filter(({ each, distance }) => distance <= Math.max(1, Math.floor(each.length / 3)));
  return close.sort((a, b) => a.distance - b.distance)[0]?.each;
}

/** The edit distance: letters to add, drop, change or swap with their neighbour. */
function distanceBetween(a, b) {
  let [before, above] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (isSame ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, above] = [above, row];
  }
  return above[b.length];
}

module.exports = { nearest };
