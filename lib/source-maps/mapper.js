'use strict';

/** The source maps that an answer needs: found, read and checked once for each script. */

/** A script has changed since the snapshot if more than this share of its functions begin elsewhere. */
const MAX_MISFITS = 0.1;

/** Scripts without a file. */
const OF_RUNTIME = /^(?:$|node:|internal\/|wasm:|evalmachine\.|ext:|extensions::|native )/;
const isOfProgram = (name) => typeof name === 'string' && !OF_RUNTIME.test(name);

class Mapper {
  #finder;
  #scripts = new Map();
  warnings = [];
  /** By a source of the answer, what it was mapped to. @type {WeakMap<object, import('./script.js').Original>} */
  originals = new WeakMap();
  /** By an owner in the answer, where its variable is declared. @type {WeakMap<object, import('./script.js').Original>} */
  declared = new WeakMap();

  /**
   * @param {(warn: (text: string) => void) => import('./find.js').Finder} finder
   * @param {{ canSumPackages?: boolean }} [options] `canSumPackages`: whether columns of the snapshot can be asked for
   */
  constructor(finder, { canSumPackages = true } = {}) {
    this.#finder = finder((text) => this.warn(text));
    this.canSumPackages = canSumPackages;
  }

  warn(text) {
    if (!this.warnings.includes(text)) this.warnings.push(text);
  }

  /**
   * Finds the maps of the scripts in which places are.
   * @param {import('../../index.d.ts').SourceLocation[]} places
   * @returns whether there is one
   */
  prepare(places) {
    const byScript = new Map();
    for (const place of places) {
      if (!isOfProgram(place.script)) continue;
      if (!byScript.has(place.script)) byScript.set(place.script, []);
      if (place.line !== null) byScript.get(place.script).push(place);
    }
    for (const [name, of] of byScript) {
      if (!this.#scripts.has(name)) this.#scripts.set(name, this.#open(name));
      const script = this.#scripts.get(name);
      const misfits = script === undefined ? 0 : of.filter((place) => !script.fits(place)).length;
      if (misfits <= of.length * MAX_MISFITS) continue;
      this.warn(`${name} has changed since the snapshot was taken: its source map was not used`);
      this.#scripts.set(name, undefined);
    }
    return [...byScript.keys()].some((name) => this.#scripts.get(name) !== undefined);
  }

  /** Whether packages were bundled into a script, as its map tells. Others of these maps are not parsed. */
  hasPackages(name) {
    if (!isOfProgram(name)) return false;
    if (!this.#scripts.has(name)) {
      const found = this.#finder.find(name);
      if (!found?.json.includes('node_modules')) return false;
      this.#scripts.set(name, this.#read(found));
    }
    return this.#scripts.get(name)?.hasPackages ?? false;
  }

  /** @returns {import('./script.js').MappedScript | undefined} */
  script(source) {
    return source ? this.#scripts.get(source.script) : undefined;
  }

  #open(name) {
    const found = this.#finder.find(name);
    return found === undefined ? undefined : this.#read(found);
  }

  #read({ script, json, base, shown }) {
    const { SourceMap } = require('./map.js');
    const { readSource } = require('./sources.js');
    let map;
    try {
      map = new SourceMap(json, base, readSource);
    } catch (error) {
      this.warn(`${shown} cannot be used: ${reasonOf(error)}`);
      return undefined;
    }
    return this.#mapped(map, script);
  }

  #mapped(map, script) {
    const { MappedScript } = require('./script.js');
    const text = script === undefined ? undefined : this.#finder.textOf(script);
    try {
      return new MappedScript(map, text);
    } catch (error) {
      this.warn(`${script} cannot be read as JavaScript: its source map was not used (${reasonOf(error)})`);
      return undefined;
    }
  }
}

/** Errors of JSON.parse quote the text. */
function reasonOf({ name, message }) {
  if (name === 'SyntaxError' && /JSON/.test(message)) return 'it is not JSON';
  return name === 'Error' || name === 'SyntaxError' ? message.slice(0, 200) : `it is damaged (${name})`;
}

module.exports = { Mapper, isOfProgram };
