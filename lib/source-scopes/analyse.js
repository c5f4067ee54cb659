'use strict';

/**
 * Source text → the scopes of a script, as the core takes them: in preorder, with the places of functions, the variables
 * to which functions inside refer, and the variables of outer scopes to which the scope's own code refers.
 */

const { Lines } = require('../source-maps/lines.js');
const { parseScript } = require('../source-maps/parse.js');
const { PLACE_OF_SCRIPT, placesOfClass, placesOfFunction } = require('../source-maps/places.js');

/** Parameters of the function that Node.js puts around a CommonJS module. */
const WRAPPER = ['exports', 'require', 'module', '__filename', '__dirname'];

/** @typedef {{ depth: number, at: [line: number, column: number][], variables: string[], uses: [scope: number, variable: number][] }} ScopeText */

/**
 * @param {string} text
 * @returns {ScopeText[] | undefined} `undefined` for text that is not JavaScript, or has a `with`
 */
function scopesOf(text) {
  const analysed = analyse(text);
  if (analysed === undefined || analysed.manager.scopes.some(({ type }) => type === 'with')) return undefined;
  return new Script(text, analysed.manager, analysed.isModule).rows();
}

/** Text that is no JavaScript, or nested too deeply for the stack, is not analysed. */
function analyse(text) {
  const { analyze } = require('eslint-scope');
  try {
    const { ast, isModule } = parseScript(text, { ranges: true });
    return { isModule, manager: analyze(ast, { ecmaVersion: 2024, sourceType: isModule ? 'module' : 'commonjs', fallback: 'iteration' }) };
  } catch {
    return undefined;
  }
}

class Script {
  #text;
  #lines;
  #scopes;
  /** The scope of a CommonJS file, which has the parameters of the function around it. */
  #file;
  /** Positions of scopes. */
  #index = new Map();
  /** By scope, its captured variables and their positions. */
  #captured = new Map();
  #hasEval;

  constructor(text, manager, isModule) {
    this.#text = text;
    this.#lines = new Lines(text);
    this.#scopes = inPreorder(manager.globalScope);
    this.#scopes.forEach(({ scope }, at) => this.#index.set(scope, at));
    this.#file = isModule ? undefined : manager.globalScope.childScopes.find(({ type }) => type === 'function');
    this.#hasEval = scopesWithEval(this.#scopes);
    for (const { scope } of this.#scopes) this.#captured.set(scope, this.#capturedBy(scope));
  }

  rows() {
    return this.#scopes.map(({ scope, depth }) => ({
      depth,
      at: this.#places(scope),
      variables: [...this.#captured.get(scope).keys()],
      uses: this.#uses(scope),
    }));
  }

  /** V8 keeps variables in a context if functions inside refer to them, and all variables around a direct `eval`. */
  #capturedBy(scope) {
    const captured = new Map();
    for (const variable of scope.variables) {
      const isCaptured = variable.references.some(({ from }) => from.variableScope !== scope.variableScope);
      if (isCaptured || this.#hasEval.has(scope)) captured.set(variable.name, captured.size);
    }
    if (scope === this.#file) for (const name of WRAPPER) if (!captured.has(name)) captured.set(name, captured.size);
    return captured;
  }

  #uses(scope) {
    const uses = [];
    for (const { resolved, identifier } of scope.references) {
      const declaring = resolved?.scope ?? this.#file;
      const slot = declaring && declaring !== scope ? this.#captured.get(declaring)?.get(identifier.name) : undefined;
      if (slot !== undefined) uses.push([this.#index.get(declaring), slot]);
      if (identifier.name === 'eval' && !resolved) uses.push(...this.#allAround(scope));
    }
    return uses;
  }

  #allAround(scope) {
    const uses = [];
    for (let around = scope.upper; around !== null; around = around.upper) {
      for (const slot of this.#captured.get(around)?.values() ?? []) uses.push([this.#index.get(around), slot]);
    }
    return uses;
  }

  /** Where V8 has a function begin, counted from 0. */
  #places({ type, block }) {
    if (type === 'class') return placesOfClass(block).map((offset) => this.#place(offset));
    if (type !== 'function' && type !== 'module') return [];
    const places = block.type === 'Program' ? [PLACE_OF_SCRIPT] : placesOfFunction(this.#text, block);
    return places.map((offset) => this.#place(offset));
  }

  #place(offset) {
    const { line, column } = this.#lines.place(offset);
    return [line, column];
  }
}

/** Without recursion: generated code nests scopes deeply. The scope of a function's own name is left out. */
function inPreorder(root) {
  const found = [];
  const rest = [{ scope: root, depth: 0 }];
  while (rest.length > 0) {
    const { scope, depth } = rest.pop();
    const isShown = scope.type !== 'function-expression-name';
    if (isShown) found.push({ scope, depth });
    for (const child of [...scope.childScopes].reverse()) rest.push({ scope: child, depth: isShown ? depth + 1 : depth });
  }
  return found;
}

function scopesWithEval(scopes) {
  const found = new Set();
  for (const { scope } of scopes) {
    if (!scope.references.some(({ identifier, resolved }) => identifier.name === 'eval' && !resolved)) continue;
    for (let around = scope; around !== null && !found.has(around); around = around.upper) found.add(around);
  }
  return found;
}

module.exports = { scopesOf };
