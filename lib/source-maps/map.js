'use strict';

/**
 * A source map, read by `@jridgewell/trace-mapping`. Maps are input like any other: whatever they say is checked, and
 * what cannot be true is left out.
 */

const { originalPath } = require('./sources.js');

/** Names longer than this are none. */
const MAX_NAME = 200;

/** Places in a map, and lines of a script: a map with more would take gigabytes of memory. */
const MAX_SEGMENTS = 20_000_000;
const MAX_LINES = 5_000_000;

const IDENTIFIER = /^#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

class SourceMap {
  #map;
  #trace;
  #file;
  #paths = new Map();
  #texts = new Map();
  #readText;

  /**
   * Throws for what is no source map.
   * @param {string} json
   * @param {string | undefined} file where it was read, which its sources are relative to
   * @param {(file: string) => string | undefined} readText reads a source file
   */
  constructor(json, file, readText) {
    this.#trace = require('@jridgewell/trace-mapping');
    const raw = JSON.parse(json.startsWith(')]}') ? json.slice(json.indexOf('\n') + 1) : json);
    checkMap(raw);
    const { AnyMap, TraceMap } = this.#trace;
    this.#map = raw.sections === undefined ? new TraceMap(raw) : new AnyMap(raw);
    this.#file = file;
    this.#readText = readText;
  }

  get hasNames() {
    return this.#map.names.length > 0;
  }

  hasName(name) {
    return this.#map.names.includes(name);
  }

  get sourceCount() {
    return this.#map.sources.length;
  }

  /** Whether sources have this in their names. */
  sourcesWith(part) {
    return this.#map.sources.some((source) => source?.includes(part));
  }

  /**
   * The original of a place of the script; line and column are from 0, here and there.
   * @returns {{ source: number, line: number, column: number, name: string | null, isExact: boolean } | undefined}
   */
  original(line, column) {
    const segment = this.#trace.traceSegment(this.#map, line, column);
    if (segment === null || segment.length === 1) return undefined;
    const [at, source, originalLine, originalColumn, name] = segment;
    const isPlace = originalLine >= 0 && originalColumn >= 0 && typeof this.#map.sources[source] === 'string';
    if (!isPlace) return undefined;
    return { source, line: originalLine, column: originalColumn, name: nameOf(this.#map.names[name]), isExact: at === column };
  }

  /** The first original of a place from `column` to `end`, both included, on one line. */
  originalWithin(line, column, end) {
    const exact = this.original(line, end);
    if (exact?.isExact) return exact;
    const segment = this.#trace.traceSegment(this.#map, line, end);
    return segment !== null && segment[0] >= column ? exact : undefined;
  }

  /** The path of a source, or its name if it is no file. */
  path(source) {
    let path = this.#paths.get(source);
    if (path === undefined) {
      path = originalPath(this.#map.sources[source], this.#map.sourceRoot, this.#file);
      this.#paths.set(source, path);
    }
    return path;
  }

  /** The text of a source: from the map, else from its file. */
  text(source) {
    if (!this.#texts.has(source)) {
      const content = this.#map.sourcesContent?.[source];
      const text = typeof content === 'string' ? content : this.#readText(this.path(source));
      this.#texts.set(source, text === undefined ? undefined : text.split(/\r\n?|[\n\u2028\u2029]/));
    }
    return this.#texts.get(source);
  }
}

function checkMap(raw) {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('it is not an object');
  if (raw.version !== 3) throw new Error('its version is not 3');
  if (raw.sections !== undefined) {
    if (!Array.isArray(raw.sections)) throw new Error('its sections are no array');
    for (const section of raw.sections) checkSection(section);
    return;
  }
  if (typeof raw.mappings !== 'string') throw new Error('it has no mappings');
  checkLength(raw.mappings);
  if (!Array.isArray(raw.sources)) throw new Error('it has no sources');
  if (raw.names !== undefined && !Array.isArray(raw.names)) throw new Error('its names are no array');
  if (raw.sourcesContent !== undefined && raw.sourcesContent !== null && !Array.isArray(raw.sourcesContent)) throw new Error('its sourcesContent is no array');
  raw.names ??= [];
  raw.sources = raw.sources.map((each) => (typeof each === 'string' ? each : null));
  if (typeof raw.sourceRoot !== 'string') delete raw.sourceRoot;
}

function checkLength(mappings) {
  let [lines, segments] = [1, 1];
  for (let i = 0; i < mappings.length; i += 1) {
    const code = mappings.charCodeAt(i);
    if (code === 0x3b) lines += 1;
    else if (code === 0x2c) segments += 1;
  }
  if (lines > MAX_LINES) throw new Error('it has more than 5,000,000 lines');
  if (lines + segments > MAX_SEGMENTS) throw new Error('it has more than 20,000,000 places');
}

function checkSection(section) {
  const { offset, map } = section ?? {};
  const isNumber = (number, most) => Number.isSafeInteger(number) && number >= 0 && number <= most;
  if (!isNumber(offset?.line, MAX_LINES) || !isNumber(offset.column, 2 ** 31)) throw new Error('a section has no offset');
  if (map?.sections !== undefined) throw new Error('a section has sections');
  checkMap(map);
}

function nameOf(name) {
  return typeof name === 'string' && name.length <= MAX_NAME && IDENTIFIER.test(name) ? name : null;
}

module.exports = { IDENTIFIER, SourceMap };
