// The larger part of the heap: source files as in a compiler or bundler. Text, tokens, syntax trees with parents and
// positions, scopes, and data of nodes in weak maps.

class Position {
  constructor(line, column, index) {
    this.line = line;
    this.column = column;
    this.index = index;
  }
}

class SourceRange {
  constructor(start, end, fileName) {
    this.start = start;
    this.end = end;
    this.fileName = fileName;
    this.identifierName = undefined;
  }
}

class SyntaxNode {
  constructor(kind, range) {
    this.kind = kind;
    this.range = range;
    this.parent = null;
  }
}

class Identifier extends SyntaxNode {
  constructor(range, name) {
    super('Identifier', range);
    this.name = name;
    range.identifierName = name;
  }
}

class Literal extends SyntaxNode {
  constructor(range, value, raw) {
    super('Literal', range);
    this.value = value;
    this.raw = raw;
  }
}

class CallExpression extends SyntaxNode {
  constructor(range, callee, args) {
    super('CallExpression', range);
    this.callee = callee;
    this.arguments = args;
    this.optional = false;
  }
}

class MemberExpression extends SyntaxNode {
  constructor(range, object, property) {
    super('MemberExpression', range);
    this.object = object;
    this.property = property;
    this.computed = false;
  }
}

class BinaryExpression extends SyntaxNode {
  constructor(range, operator, left, right) {
    super('BinaryExpression', range);
    this.operator = operator;
    this.left = left;
    this.right = right;
  }
}

class ObjectExpression extends SyntaxNode {
  constructor(range, properties) {
    super('ObjectExpression', range);
    this.properties = properties;
  }
}

class Property extends SyntaxNode {
  constructor(range, key, value) {
    super('Property', range);
    this.key = key;
    this.value = value;
    this.shorthand = false;
  }
}

class VariableDeclaration extends SyntaxNode {
  constructor(range, name, init) {
    super('VariableDeclaration', range);
    this.name = name;
    this.init = init;
  }
}

class Statement extends SyntaxNode {
  constructor(kind, range, expression) {
    super(kind, range);
    this.expression = expression;
  }
}

class Block extends SyntaxNode {
  constructor(range, body) {
    super('Block', range);
    this.body = body;
  }
}

class FunctionNode extends SyntaxNode {
  constructor(range, name, parameters, body) {
    super('Function', range);
    this.name = name;
    this.parameters = parameters;
    this.body = body;
    this.scope = null;
  }
}

class Token {
  constructor(type, start, end, value) {
    this.type = type;
    this.start = start;
    this.end = end;
    this.value = value;
  }
}

class Binding {
  constructor(name, declaration, scope) {
    this.name = name;
    this.declaration = declaration;
    this.scope = scope;
    this.references = [];
  }
}

class Scope {
  constructor(parent, owner) {
    this.parent = parent;
    this.owner = owner;
    this.bindings = new Map();
    this.children = new Set();
    parent?.children.add(this);
  }

  declare(name, declaration) {
    this.bindings.set(name, new Binding(name, declaration, this));
  }

  resolve(name) {
    let scope = this;
    while (scope && !scope.bindings.has(name)) scope = scope.parent;
    return scope?.bindings.get(name);
  }
}

/** A source file with a generated text and its syntax tree. */
export class SourceFile {
  constructor(fileName, random) {
    const writer = new Writer(fileName, random);
    this.fileName = fileName;
    this.modified = new Date(1.7e12 + random.below(1e9) * 100);
    this.globals = writer.scope;
    this.functions = Array.from({ length: 12 }, () => writer.functionNode(2));
    this.text = writer.pieces.join('');
    this.tokens = writer.spans.map(([type, start, end]) => new Token(type, start, end, this.text.slice(start, end)));
    this.facts = writer.facts;
    this.diagnostics = writer.problems;
    this.exports = Object.fromEntries(this.functions.map(node => [node.name.name, { node, kind: 'function', used: false }]));
    this.weight = random.next() * 100;
  }
}

/** Generates text and tree together, so that nodes have the positions of their text. */
class Writer {
  pieces = [];
  spans = [];
  problems = [];
  facts = new WeakMap();
  scope = new Scope(null, null);
  #index = 0;
  #line = 1;
  #lineStart = 0;

  constructor(fileName, random) {
    this.fileName = fileName;
    this.random = random;
  }

  functionNode(depth) {
    const start = this.#position();
    const outer = this.scope;
    this.#write('keyword', 'function ');
    const name = this.#identifier(`${this.random.name()}${this.random.below(1000)}`);
    this.scope = new Scope(outer, null);
    this.#write('punctuation', '(');
    const parameters = this.#list(this.random.below(4), () => this.#declared(this.#identifier(this.random.name())));
    this.#write('punctuation', ') ');
    const body = this.#block(depth);
    const node = adopt(new FunctionNode(this.#range(start), name, parameters, body));
    node.scope = this.scope;
    node.scope.owner = node;
    this.scope = outer;
    outer.declare(name.name, node);
    this.facts.set(node, { kind: 'signature', parameters: parameters.length, text: `${name.name}/${parameters.length}` });
    return node;
  }

  #block(depth) {
    const start = this.#position();
    this.#write('punctuation', '{\n');
    const body = Array.from({ length: this.random.between(3, 7) }, () => this.#statement(depth));
    this.#write('punctuation', '}\n');
    return adopt(new Block(this.#range(start), body));
  }

  #statement(depth) {
    const start = this.#position();
    const choice = this.random.below(depth > 0 ? 8 : 7);
    if (choice === 7) return this.functionNode(depth - 1);
    if (choice >= 4) return this.#variable(start);
    if (choice === 3) this.#write('keyword', 'return ');
    const expression = this.#expression(3);
    this.#write('punctuation', ';\n');
    const node = adopt(new Statement(choice === 3 ? 'Return' : 'Expression', this.#range(start), expression));
    // A closure over variables of this call, like a message that is formatted lazily.
    if (this.random.chance(0.04)) this.problems.push(() => `${this.fileName}:${start.line} ${node.kind} has no effect`);
    return node;
  }

  #variable(start) {
    this.#write('keyword', 'const ');
    const name = this.#identifier(this.random.name());
    this.#write('punctuation', ' = ');
    const init = this.#expression(3);
    this.#write('punctuation', ';\n');
    const node = adopt(new VariableDeclaration(this.#range(start), name, init));
    this.scope.declare(name.name, node);
    return node;
  }

  #expression(depth) {
    const choice = depth > 0 ? this.random.below(10) : 9;
    if (choice < 3) return this.#call(depth);
    if (choice < 5) return this.#binary(depth);
    if (choice === 5) return this.#object(depth);
    return choice < 8 ? this.#member(depth) : this.#leaf();
  }

  #call(depth) {
    const start = this.#position();
    const callee = this.#member(depth - 1);
    this.#write('punctuation', '(');
    const args = this.#list(this.random.below(4), () => this.#expression(depth - 1));
    this.#write('punctuation', ')');
    return adopt(new CallExpression(this.#range(start), callee, args));
  }

  #binary(depth) {
    const start = this.#position();
    const left = this.#expression(depth - 1);
    const operator = this.random.pick(['+', '-', '*', '===', '&&', '||', '??']);
    this.#write('operator', ` ${operator} `);
    return adopt(new BinaryExpression(this.#range(start), operator, left, this.#expression(depth - 1)));
  }

  #object(depth) {
    const start = this.#position();
    this.#write('punctuation', '{ ');
    const properties = this.#list(this.random.between(1, 4), () => this.#property(depth));
    this.#write('punctuation', ' }');
    return adopt(new ObjectExpression(this.#range(start), properties));
  }

  #property(depth) {
    const start = this.#position();
    const key = this.#identifier(this.random.name());
    this.#write('punctuation', ': ');
    return adopt(new Property(this.#range(start), key, this.#expression(depth - 1)));
  }

  #member(depth) {
    const start = this.#position();
    const object = depth > 0 && this.random.chance(0.3) ? this.#member(depth - 1) : this.#reference();
    this.#write('punctuation', '.');
    return adopt(new MemberExpression(this.#range(start), object, this.#identifier(this.random.name())));
  }

  #leaf() {
    if (this.random.chance(0.5)) return this.#reference();
    const start = this.#position();
    const value = this.random.chance(0.5) ? this.random.sentence(this.random.between(1, 5)) : this.random.next() * 1e4;
    const raw = JSON.stringify(value);
    this.#write('literal', raw);
    const node = new Literal(this.#range(start), value, raw);
    if (this.random.chance(0.1)) this.facts.set(node, { kind: 'constant', type: typeof value, value });
    return node;
  }

  #reference() {
    const node = this.#identifier(this.random.name());
    this.scope.resolve(node.name)?.references.push(node);
    return node;
  }

  #declared(node) {
    this.scope.declare(node.name, node);
    return node;
  }

  #identifier(name) {
    const start = this.#position();
    this.#write('name', name);
    return new Identifier(this.#range(start), name);
  }

  #list(length, element) {
    return Array.from({ length }, (_, at) => {
      if (at > 0) this.#write('punctuation', ', ');
      return element();
    });
  }

  #write(type, text) {
    this.pieces.push(text);
    // Comments and blanks have no tokens, names and literals have.
    if (type !== 'punctuation' || this.random.chance(0.25)) this.spans.push([type, this.#index, this.#index + text.length]);
    this.#index += text.length;
    if (text.endsWith('\n')) {
      this.#line++;
      this.#lineStart = this.#index;
    }
  }

  #position() {
    return new Position(this.#line, this.#index - this.#lineStart, this.#index);
  }

  #range(start) {
    return new SourceRange(start, this.#position(), this.fileName);
  }
}

/** Sets the parent of a node's children. */
function adopt(node) {
  for (const value of Object.values(node)) {
    const children = Array.isArray(value) ? value : [value];
    for (const child of children) {
      if (child instanceof SyntaxNode) child.parent = node;
    }
  }
  return node;
}
