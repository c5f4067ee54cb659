'use strict';

/** A script as V8 compiled it: where its functions begin, what they are called, and which variables they declare. */

const { parseScript } = require('./parse.js');
const { PLACE_OF_SCRIPT, placesOfClass, placesOfFunction } = require('./places.js');

/**
 * @typedef {object} FunctionInfo
 * @property {number} at The offset that V8 gives as the place of the function: its parameters, or `class` where a class has no constructor; see `places.js` for others.
 * @property {number} start Where its text begins.
 * @property {number} end
 * @property {'function' | 'class'} kind A constructor stands for its class.
 * @property {boolean} isNamed Whether it has a name of its own, not of a variable or property that it is the value of.
 * @property {string | undefined} name What V8 calls it, as far as the text says.
 * @property {number | undefined} nameAt The offset of the name.
 * @property {FunctionInfo | undefined} outer
 * @property {Map<string, number[]>} variables Offsets of the declarations in it, blocks included, functions in it not.
 * @property {Set<string>} captured The variables that functions in it refer to.
 * @property {Map<string, { name: number, member: number }[]>} fields Of a class, offsets of its private names and of the members that declare them.
 */

const NOTHING = {};
/** Most functions have none. */
const NO_NAMES = new Set();
const NO_FIELDS = new Map();

class ProgramIndex {
  /** By the offsets at which V8 may have them begin. @type {Map<number, FunctionInfo>} */
  functions = new Map();
  /** Declarations outside of functions. @type {FunctionInfo} */
  top;
  /** The variables of the script by the names under which it exports them. @type {Map<string, string>} */
  exports = new Map();
  #text;
  /** Names that a function refers to, and those that functions in it do, until it is placed. @type {Map<FunctionInfo, { own: Set<string>, inner: Set<string> }>} */
  #references = new Map();

  /** Throws for a text that is not JavaScript. */
  constructor(text) {
    this.#text = text;
    const { ast } = parseScript(text, { read: (node) => this.#read(node), reset: () => this.#reset() });
    this.top = this.#open({ kind: 'function', at: PLACE_OF_SCRIPT, start: 0, end: text.length });
    this.#visit(ast, this.top, {});
    this.#close(this.top);
    this.functions.set(PLACE_OF_SCRIPT, this.top);
    this.#text = undefined;
  }

  #reset() {
    this.functions.clear();
    this.#references.clear();
    this.exports.clear();
  }

  /** The functions around one that declare a variable which functions in them refer to, innermost first. */
  scopesWith(name, { outer }) {
    const scopes = [];
    for (let scope = outer; scope !== undefined; scope = scope.outer) if (scope.captured.has(name)) scopes.push(scope);
    return scopes;
  }

  /** The innermost function around one that has captured variables: V8 makes a scope on the heap for it. */
  firstScope({ outer }) {
    let scope = outer;
    while (scope !== undefined && scope.captured.size === 0) scope = scope.outer;
    return scope;
  }

  /** @param {{ name?: string, nameAt?: number }} called the variable or property that a function or class is the value of */
  #visit(node, scope, called) {
    if (Array.isArray(node)) {
      for (const each of node) this.#visit(each, scope, NOTHING);
      return;
    }
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
    const { [node.type]: visit = this.#visitChildren } = this.#visitors;
    visit.call(this, node, scope, called);
  }

  #visitChildren(node, scope) {
    for (const key in node) if (typeof node[key] === 'object') this.#visit(node[key], scope, NOTHING);
  }

  #visitors = {
    Identifier(node, scope) {
      this.#references.get(scope).own.add(node.name);
    },
    MemberExpression(node, scope) {
      this.#visit(node.object, scope, NOTHING);
      if (node.computed) this.#visit(node.property, scope, NOTHING);
    },
    LabeledStatement(node, scope) {
      this.#visit(node.body, scope, NOTHING);
    },
    BreakStatement() {},
    ContinueStatement() {},
    MetaProperty() {},
    ExportNamedDeclaration(node, scope) {
      this.#visitChildren(node, scope);
      if (node.source !== null) return;
      for (const { local, exported } of node.specifiers) this.exports.set(exported.name ?? exported.value, local.name);
      const declared = { variables: new Map() };
      for (const each of node.declaration?.declarations ?? [node.declaration]) declare(declared, each?.id);
      for (const name of declared.variables.keys()) this.exports.set(name, name);
    },
    ExportDefaultDeclaration(node, scope) {
      this.#visitChildren(node, scope);
      if (node.declaration.id) this.exports.set('default', node.declaration.id.name);
    },
    ExportSpecifier(node, scope) {
      this.#visit(node.local, scope, NOTHING);
    },
    StaticBlock(node, scope) {
      this.#visitApart(node.body, scope, NOTHING);
    },
    VariableDeclarator(node, scope) {
      declare(scope, node.id);
      this.#visit(node.id, scope, NOTHING);
      this.#visit(node.init, scope, nameOf(node.id));
    },
    AssignmentExpression(node, scope) {
      this.#visit(node.left, scope, NOTHING);
      this.#visit(node.right, scope, this.#nameOfTarget(node.left));
    },
    AssignmentPattern(node, scope) {
      this.#visit(node.left, scope, NOTHING);
      this.#visit(node.right, scope, nameOf(node.left));
    },
    Property(node, scope) {
      if (node.method || node.kind !== 'init') beginsAtKey(node);
      if (node.computed) this.#visit(node.key, scope, NOTHING);
      this.#visit(node.value, scope, node.computed ? {} : nameOf(node.key));
    },
    PropertyDefinition(node, scope) {
      if (node.computed) this.#visit(node.key, scope, NOTHING);
      this.#visitApart(node.value, scope, node.computed ? {} : nameOf(node.key));
    },
    CatchClause(node, scope) {
      declare(scope, node.param);
      this.#visitChildren(node, scope);
    },
    ImportDeclaration(node, scope) {
      for (const { local } of node.specifiers) declare(scope, local);
    },
    FunctionDeclaration({ id, info }, scope) {
      declare(scope, id);
      this.#place(info, scope, NOTHING);
    },
    FunctionExpression({ info }, scope, called) {
      this.#place(info, scope, called);
    },
    ArrowFunctionExpression({ info }, scope, called) {
      this.#place(info, scope, called);
    },
    ClassDeclaration(node, scope) {
      declare(scope, node.id);
      this.#addClass(node, scope, NOTHING);
    },
    ClassExpression(node, scope, called) {
      this.#addClass(node, scope, called);
    },
  };

  /** Reads a function as soon as it is parsed, and drops its syntax tree: that of a whole bundle takes a hundred times its size. */
  #read(node) {
    const places = placesOfFunction(this.#text, node);
    const info = this.#open({ kind: 'function', ...named(node, {}), at: places[0], start: node.start, end: node.end });
    if (node.id && node.type === 'FunctionExpression') declare(info, node.id);
    for (const parameter of node.params) {
      declare(info, parameter);
      this.#visit(parameter, info, NOTHING);
    }
    this.#visit(node.body, info, NOTHING);
    for (const at of places) this.functions.set(at, info);
    // The parser still looks whether a setter has one parameter, and no rest.
    Object.assign(node, { info, params: node.params.slice(0, 1).map(({ type }) => ({ type })), body: undefined });
  }

  /** A function that has been read belongs to the one around it, which is read later, and to a variable or property. */
  #place(info, outer, called) {
    info.outer = outer;
    if (!info.isNamed) Object.assign(info, called);
    this.#close(info);
  }

  #open(info) {
    const scope = { isNamed: false, ...info, variables: new Map(), captured: NO_NAMES, fields: NO_FIELDS };
    this.#references.set(scope, { own: new Set(), inner: new Set() });
    return scope;
  }

  /** All declarations of a function are known at its end. */
  #close(scope) {
    const { own, inner } = this.#references.get(scope);
    this.#references.delete(scope);
    const around = this.#references.get(scope.outer);
    for (const name of inner) if (scope.variables.has(name)) scope.captured = (scope.captured === NO_NAMES ? new Set() : scope.captured).add(name);
    for (const names of [own, inner]) for (const name of names) if (!scope.variables.has(name)) around?.inner.add(name);
  }

  /** Code of a class that runs as a function of its own. */
  #visitApart(node, outer, called) {
    const scope = this.#open({ kind: 'function', outer });
    this.#visit(node, scope, called);
    this.#close(scope);
  }

  /** The constructor stands for the class. */
  #addClass(node, outer, called) {
    this.#visit(node.superClass, outer, NOTHING);
    const constructor = node.body.body.find(({ type, kind }) => type === 'MethodDefinition' && kind === 'constructor');
    const info = constructor?.value.info ?? this.#open({ kind: 'class', at: node.start });
    Object.assign(info, { kind: 'class', ...named(node, called), start: node.start, end: node.end, outer });
    for (const member of node.body.body) {
      if (info.fields === NO_FIELDS && member.key?.type === 'PrivateIdentifier') info.fields = new Map();
      if (member.key?.type === 'PrivateIdentifier') add(info.fields, `#${member.key.name}`, { name: member.key.start, member: member.start });
      if (member === constructor) continue;
      if (member.type === 'MethodDefinition') this.#visitMethod(member, outer);
      else this.#visit(member, outer, NOTHING);
    }
    this.#close(info);
    for (const at of placesOfClass(node)) if (!this.functions.has(at)) this.functions.set(at, info);
  }

  #visitMethod(node, outer) {
    const { key, computed, value } = node;
    beginsAtKey(node);
    if (computed) this.#visit(key, outer, NOTHING);
    this.#visit(value, outer, computed ? {} : nameOf(key));
  }

  /** V8 calls an anonymous function that is assigned to `a.b` by that whole text. */
  #nameOfTarget(target) {
    if (target.type !== 'MemberExpression' || target.computed) return nameOf(target);
    const text = this.#text.slice(target.start, target.end);
    return text.length > 200 ? {} : { name: text, nameAt: target.property.start };
  }
}

/** The text of a method begins with its name, which the parser does not count as part of the function. */
function beginsAtKey({ start, value }) {
  value.info.start = start;
}

function named({ id }, called) {
  return id ? { isNamed: true, name: id.name, nameAt: id.start } : { isNamed: false, name: called.name, nameAt: called.nameAt };
}

function nameOf(node) {
  if (node?.type === 'Identifier') return { name: node.name, nameAt: node.start };
  if (node?.type === 'Literal') return { name: String(node.value), nameAt: node.start };
  if (node?.type === 'PrivateIdentifier') return { name: `#${node.name}`, nameAt: node.start };
  return {};
}

/** Adds the names in a pattern. */
function declare(scope, pattern) {
  switch (pattern?.type) {
    case 'Identifier':
      add(scope.variables, pattern.name, pattern.start);
      break;
    case 'ObjectPattern':
      for (const each of pattern.properties) declare(scope, each.value ?? each.argument);
      break;
    case 'ArrayPattern':
      for (const each of pattern.elements) declare(scope, each);
      break;
    case 'AssignmentPattern':
      declare(scope, pattern.left);
      break;
    case 'RestElement':
      declare(scope, pattern.argument);
      break;
    default:
  }
}

function add(names, name, declared) {
  const all = names.get(name);
  if (all === undefined) names.set(name, [declared]);
  else all.push(declared);
}

module.exports = { ProgramIndex };
