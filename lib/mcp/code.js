'use strict';

/** Lines of source code: of files below the folder that a client may read, and that look like source code. */

const { HeaprayError } = require('../api/heapray-error.js');
const { MapFolder } = require('../source-maps/folder.js');
const { localPath, readSource } = require('../source-maps/sources.js');
const { codeLines } = require('../format/suspects.js');
const { notSupported } = require('./errors.js');

/** UTF-16 units: longer lines are not written by hand. */
const MAX_LINE = 300;

class Code {
  #root;
  #folder;

  /** @param {import('./root.js').Root} root */
  constructor(root) {
    this.#root = root;
    this.#folder = new MapFolder(root.folder, () => {});
  }

  /**
   * Lines around a place, with their numbers.
   * @param {{ script: string | null, line: number, column?: number | null }} place
   * @param {number} around lines before and after
   * @returns {object[][]} spans of each line
   */
  lines({ script, line, column }, around) {
    const text = readSource(this.#fileOf(script));
    if (text === undefined) throw notSupported(`${script} cannot be read as source code`);
    const all = text.split(/\r\n?|[\n\u2028\u2029]/);
    if (line > all.length) throw notSupported(`${script} has ${all.length} lines`);
    const first = Math.max(1, line - around);
    const lines = all.slice(first - 1, line + around).map((each, i) => ({ line: first + i, text: shortened(each) }));
    return codeLines({ line: column ? line : null, column, lines });
  }

  /** The same, without an error where there is none. */
  linesOrNone(place, around = 2) {
    try {
      return place === null ? [] : this.lines(place, around);
    } catch (error) {
      if (error instanceof HeaprayError) return [];
      throw error;
    }
  }

  /** The script itself, or the file that is most like it where the program ran elsewhere. */
  #fileOf(script) {
    if (script === null) throw notSupported('the script has no name');
    try {
      return this.#root.file(localPath(script) ?? script);
    } catch (error) {
      const found = this.#folder.script(script);
      if (found === undefined) throw error;
      return this.#root.file(found);
    }
  }
}

function shortened(text) {
  return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
}

module.exports = { Code };
