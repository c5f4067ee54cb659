'use strict';

/** The lines of a text, as V8 and source maps count them: an offset ↔ a line and a column, both from 0. */

/** @param {string} text */
function lineStarts(text) {
  const starts = [0];
  const breaks = /\r\n?|[\n\u2028\u2029]/g;
  while (breaks.exec(text) !== null) starts.push(breaks.lastIndex);
  return starts;
}

class Lines {
  #starts;
  #length;

  constructor(text) {
    this.#starts = lineStarts(text);
    this.#length = text.length;
  }

  /** The offset of a place; `undefined` outside of the text. */
  offset(line, column) {
    if (line < 0 || line >= this.#starts.length) return undefined;
    const offset = this.#starts[line] + column;
    return offset < (this.#starts[line + 1] ?? this.#length + 1) ? offset : undefined;
  }

  place(offset) {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - this.#starts[low] };
  }
}

module.exports = { Lines };
