'use strict';

/**
 * A script with its source map: where functions, classes and variables of the heap are in the original, and what they
 * are called there. What does not fit together has no answer, because a wrong name is worse than none.
 */

const { IDENTIFIER } = require('./map.js');
const { Lines } = require('./lines.js');
const { beginsFunction, declarationColumn, declaredName, enclosingClass, functionColumn, identifierAt, privateNameIn } = require('./original-text.js');
const { ProgramIndex } = require('./program.js');

/**
 * @typedef {import('./program.js').FunctionInfo} FunctionInfo
 * @typedef {{ script: string, line: number, column: number, name?: string, lines?: string[] }} Original
 *   From 1; `name` where the text there says it, `lines` of that text.
 */

class MappedScript {
  #map;
  #lines;
  #program;
  #places = new Map();

  /**
   * @param {import('./map.js').SourceMap} map
   * @param {string | undefined} text of the script; without it, places and names of classes and functions alone are known
   */
  constructor(map, text) {
    this.#map = map;
    if (text === undefined) return;
    this.#lines = new Lines(text);
    this.#program = new ProgramIndex(text);
  }

  /** Whether a function begins at a place of the heap, as one does unless the script was changed. */
  fits({ line, column }) {
    return this.#program === undefined || this.#functionAt(line, column) !== undefined;
  }

  /** The original of the script itself, if it was made from a single one. */
  get onlySource() {
    return this.#map.sourceCount === 1 ? this.#map.path(0) : undefined;
  }

  get hasPackages() {
    return this.#map.sourcesWith('node_modules');
  }

  /**
   * Where a function or class of the heap is in the original.
   * @returns {Original | undefined} `undefined` for what a bundler has added
   */
  place({ line, column }) {
    const key = `${line}:${column}`;
    if (!this.#places.has(key)) this.#places.set(key, this.#find(line, column));
    return this.#places.get(key);
  }

  /**
   * What a function or class that begins at a place is called in the original.
   * @param {string} name in the heap: it must be what the script says
   */
  nameAt(place, name) {
    const original = this.place(place);
    if (original === undefined) return undefined;
    if (this.#program === undefined) return this.#isName(original.name, name) ? original.name : undefined;
    const info = this.#functionAt(place.line, place.column);
    if (name === '') return info.isNamed ? undefined : original.name;
    // V8 infers a name for what has none.
    if (info.name !== name) return info.name === undefined ? original.name : undefined;
    if (original.name !== undefined) return original.name;
    return name.includes('.') ? undefined : this.#original(info.nameAt, name)?.name;
  }

  /**
   * A variable in a scope.
   * @param {{ line: number | null, column: number | null }} place the beginning of the function whose scope it is, as the heap
   * tells; without a line it is not known, or the module's
   * @param {{ line: number, column: number, contexts: number } | undefined} inside a function that is inside of the scope, and how
   *   many scopes with captured variables further out that is, 1 for the first
   * @returns {{ name: string, script: string, declared: Original, owner: { name: string, place: Original } | undefined } | undefined} `owner`: the
   * function that declares it, `undefined` for variables of modules
   */
  variable(name, place, inside) {
    if (this.#program === undefined) return undefined;
    const scope = this.#scopeOf(name, place, inside);
    return scope === undefined ? undefined : this.#declared(name, scope);
  }

  /**
   * The same of a variable that the script exports.
   * @param {string} name of the export
   */
  exported(name) {
    const local = this.#program?.exports.get(name);
    return local === undefined ? undefined : this.#declared(local, this.#program.top);
  }

  #declared(name, scope) {
    const originals = (scope.variables.get(name) ?? []).map((offset) => this.#original(offset, name));
    const [first] = originals;
    const isClear = first !== undefined && originals.every((each) => each?.name === first.name && each.source === first.source);
    if (!isClear) return undefined;
    const script = this.#map.path(first.source);
    const declared = { script, line: first.line + 1, column: first.column + 1, name: first.name, lines: this.#map.text(first.source) };
    return { name: first.name, script, declared, owner: this.#ownerOf(scope) };
  }

  /** What is only in the script, such as the function that a bundler puts around a module, owns nothing. */
  #ownerOf(scope) {
    if (scope === this.#program.top) return undefined;
    const at = this.#lines.place(scope.at);
    const place = this.place({ line: at.line + 1, column: at.column + 1 });
    if (place === undefined) return undefined;
    const name = place.name ?? (scope.name?.includes('.') ? undefined : this.#original(scope.nameAt, scope.name)?.name);
    return { name: name ?? '', place };
  }

  /**
   * The function that declares a variable. Where the heap has no instance of the function any more, its place is that of a
   * function further out; what is around a function inside tells which.
   */
  #scopeOf(name, { line, column }, inside) {
    const told = line === null ? this.#program.top : this.#functionAt(line, column);
    const inner = inside && this.#functionAt(inside.line, inside.column);
    if (!inner) return told?.captured.has(name) ? told : undefined;
    const scopes = this.#program.scopesWith(name, inner);
    const isFirst = () => inside.contexts === 1 && scopes[0] === this.#program.firstScope(inner);
    return scopes.length < 2 || scopes[0] === told || isFirst() ? scopes[0] : undefined;
  }

  isClass({ line, column }) {
    return this.#functionAt(line, column)?.kind === 'class';
  }

  /** A private field of the class that begins at a place. */
  field(name, { line, column }) {
    const [field] = this.#functionAt(line, column)?.fields.get(name) ?? [];
    if (field === undefined) return undefined;
    const [named, member] = [this.#exact(field.name), this.#exact(field.member)];
    // Some minifiers leave these names out of their maps.
    return this.#fieldAt(named) ?? named?.name ?? this.#fieldAt(member);
  }

  #fieldAt(segment) {
    return segment && privateNameIn(this.#map.text(segment.source)?.[segment.line]?.slice(segment.column));
  }

  #functionAt(line, column) {
    const offset = this.#lines?.offset(line - 1, column - 1);
    return offset === undefined ? undefined : this.#program.functions.get(offset);
  }

  #find(line, column) {
    const info = this.#functionAt(line, column);
    if (this.#program === undefined || info === this.#program.top) return this.#findAt(line, column, info);
    if (info === undefined) return undefined;
    const at = this.#lines.place(info.at);
    return this.#findAt(at.line + 1, at.column + 1, info);
  }

  /** @param {FunctionInfo | undefined} info what begins there */
  #findAt(line, column, info) {
    if (info === this.#program?.top && info !== undefined) return this.#wholeScript();
    for (const segment of this.#beginnings(line - 1, column - 1, info)) {
      const found = segment && this.#beginningAt(segment, info);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Where the map may have the beginning of a function or class: at its place or before, at its beginning, at its name. */
  *#beginnings(line, column, info) {
    if (info === undefined) {
      yield this.#map.original(line, column);
      return;
    }
    const start = this.#lines.place(info.start);
    yield this.#map.originalWithin(line, start.line === line ? start.column : 0, column);
    yield this.#exact(info.start);
    const named = info.isNamed ? this.#exact(info.nameAt) : undefined;
    if (named !== undefined) yield { ...named, column: declarationColumn(this.#map.text(named.source)?.[named.line], named.column) };
  }

  #exact(offset) {
    const { line, column } = this.#lines.place(offset);
    const segment = this.#map.original(line, column);
    return segment?.isExact ? segment : undefined;
  }

  #beginningAt(segment, info) {
    const lines = this.#map.text(segment.source);
    const script = this.#map.path(segment.source);
    if (lines === undefined) return segment.isExact || info !== undefined ? { script, line: segment.line + 1, column: segment.column + 1 } : undefined;
    const text = lines[segment.line];
    if (text === undefined || !beginsFunction(text.slice(segment.column), segment.name)) return undefined;
    const name = this.#declaredName(info, segment, lines);
    return { script, line: segment.line + 1, column: functionColumn(text, segment.column) + 1, name, lines };
  }

  #wholeScript() {
    const script = this.onlySource;
    return script === undefined ? undefined : { script, line: 1, column: 1 };
  }

  /** The name that the original gives to a function or class where it begins. */
  #declaredName(info, segment, lines) {
    const nameIn = ({ line, column }) => declaredName(lines[line] ?? '', column);
    if (info === undefined) return nameIn(segment) ?? (/^constructor\b/.test(lines[segment.line].slice(segment.column)) ? enclosingClass(lines, segment) : undefined);
    const first = this.#exact(info.start) ?? segment;
    return first.source === segment.source ? nameIn(first) : undefined;
  }

  /** The original of an identifier. */
  #original(offset, name) {
    const segment = offset === undefined ? undefined : this.#exact(offset);
    if (segment === undefined) return undefined;
    const { source, line, column } = segment;
    if (segment.name !== null) return { name: segment.name, source, line, column };
    const written = identifierAt(this.#map.text(source)?.[line]?.slice(column));
    // Bundlers leave the name out where it stayed the same.
    if (written === undefined || written === name || this.#map.hasNames) return { name, source, line, column };
    return { name: written, source, line, column };
  }

  #isName(original, name) {
    return original !== undefined && IDENTIFIER.test(name) && (original === name || this.#map.hasName(original));
  }
}

module.exports = { MappedScript };
