'use strict';

/** Finds the script that a snapshot names, and its source map. Nothing is fetched over the network. */

const fs = require('node:fs');
const path = require('node:path');
const { Buffer } = require('node:buffer');
const { MapFolder } = require('./folder.js');
const { localPath, statOf } = require('./sources.js');

/** A larger map is not read. */
const MAX_MAP = 128 * 2 ** 20;
/** A larger script is not read; an inline map counts as part of it. */
const MAX_SCRIPT = 192 * 2 ** 20;
/** The text of a larger script is not analysed: then names of variables stay as they are. */
const MAX_PROGRAM = 16 * 2 ** 20;
/** The end of a script in which its last line is looked for. */
const TAIL = 4096;

const COMMENT = /^[ \t]*(?:\/\/|\/\*)[#@][ \t]*sourceMappingURL=([^\s'"*]+)[ \t]*(?:\*\/)?[ \t]*$/;
/** Nothing but data, so that the line with the comment begins before it. */
const DATA = /^[\w+/=%,;:.-]+\s*$/;

/**
 * What finds maps: `find` by the name of a script in a snapshot, `textOf` the script that it found.
 * @typedef {{ find(name: string): Found | undefined, textOf(script: string): string | undefined }} Finder
 * @typedef {object} Found
 * @property {string | undefined} script the file of the script, if it is there
 * @property {string} json the text of the map
 * @property {string | undefined} base the file that the map's sources are relative to
 * @property {string} shown the map's name in warnings
 */

class MapFinder {
  #folder;
  #warn;

  /**
   * @param {'auto' | string} where a folder to search first, or `auto`
   * @param {(text: string) => void} warn
   */
  constructor(where, warn) {
    this.#folder = where === 'auto' ? undefined : new MapFolder(where, warn);
    this.#warn = warn;
  }

  /**
   * @param {string} name of a script in a snapshot
   * @returns {Found | undefined}
   */
  find(name) {
    const local = localPath(name);
    return this.#inFolder(name) ?? (local === undefined ? undefined : this.#beside(local));
  }

  /** @returns {string | undefined} */
  textOf(script) {
    try {
      if (fs.statSync(script).size <= MAX_PROGRAM) return fs.readFileSync(script, 'utf8');
      this.#warn(`${script} is larger than ${MAX_PROGRAM / 2 ** 20} MiB: its variables keep their names`);
    } catch {
      // It was there a moment ago, or the folder has the map alone.
    }
    return undefined;
  }

  #inFolder(name) {
    if (this.#folder === undefined) return undefined;
    const script = this.#folder.script(name);
    const found = script === undefined ? undefined : this.#beside(script);
    if (found !== undefined) return found;
    const map = this.#folder.map(name);
    return map === undefined ? undefined : this.#read(map, script);
  }

  /** The map that the script names, or the one beside it. */
  #beside(script) {
    const url = this.#urlIn(script);
    if (url !== undefined && /^data:/i.test(url)) return this.#inline(url, script);
    const named = url === undefined ? undefined : this.#fileOf(url, script);
    for (const map of [named, `${script}.map`]) {
      if (map !== undefined && statOf(map)?.isFile()) return this.#read(map, script);
    }
    return undefined;
  }

  /** What the comment in the last line of a script says. */
  #urlIn(script) {
    const stat = statOf(script);
    if (!stat?.isFile() || stat.size > MAX_SCRIPT) return undefined;
    try {
      let text = tailOf(script, stat.size);
      if (!/[\r\n]\s*\S/.test(text) && stat.size > TAIL && DATA.test(text)) text = fs.readFileSync(script, 'latin1');
      const end = text.trimEnd();
      return COMMENT.exec(end.slice(Math.max(end.lastIndexOf('\n'), end.lastIndexOf('\r')) + 1))?.[1];
    } catch {
      return undefined;
    }
  }

  #fileOf(url, script) {
    const bare = url.replace(/[?#].*$/, '');
    if (/^file:/i.test(bare)) return localPath(bare);
    if (/^(?:[a-z][a-z\d+.-]+:)?\/\//i.test(bare)) {
      const beside = path.join(path.dirname(script), path.posix.basename(bare));
      if (!statOf(beside)?.isFile()) this.#warn(`the source map of ${script} is at ${withoutUser(bare)}, which is not fetched`);
      return beside;
    }
    try {
      return path.resolve(path.dirname(script), decodeURIComponent(bare));
    } catch {
      return undefined;
    }
  }

  #inline(url, script) {
    const shown = `the source map in ${script}`;
    const comma = url.indexOf(',');
    const data = url.slice(comma + 1);
    try {
      const json = /;base64$/i.test(url.slice(0, comma)) ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data);
      return { script, json, base: script, shown };
    } catch {
      this.#warn(`${shown} cannot be read: its address is damaged`);
      return undefined;
    }
  }

  #read(map, script) {
    const shown = `the source map ${map}`;
    const stat = statOf(map);
    if (stat.size > MAX_MAP) {
      this.#warn(`${shown} is larger than ${MAX_MAP / 2 ** 20} MiB, and was not read`);
      return undefined;
    }
    try {
      return { script, json: fs.readFileSync(map, 'utf8'), base: map, shown };
    } catch (error) {
      this.#warn(`${shown} cannot be read: ${error.code}`);
      return undefined;
    }
  }
}

function tailOf(file, size) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    fs.readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('latin1');
  } finally {
    fs.closeSync(descriptor);
  }
}

/** An address without its user. */
function withoutUser(url) {
  const text = url.replace(/\/\/[^/]*@/, '//…@');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

module.exports = { MapFinder };
