'use strict';

/** What the original says at a place. It may be TypeScript, JSX or any other language, and is not parsed as a whole. */

const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`;
const MODIFIERS = String.raw`(?:(?:export|default|declare|abstract|async|static|public|private|protected|readonly|override|accessor|get|set)\s+)*`;

/** Names of methods that are no identifiers. */
const LITERAL = String.raw`(?:'[^']*'|"[^"]*"|\d[\w.]*)`;

const BEGINNING = new RegExp(
  String.raw`^(?:${MODIFIERS}(?:function\b|class\b|constructor\b|\*)|(?:async\s*)?\(|@|\[|${MODIFIERS}#?${NAME}\s*(?:[(<?:,)]|=>|=(?!=))|${LITERAL}\s*\()`,
  'u',
);
const DECLARED = new RegExp(String.raw`^${MODIFIERS}(?:class\s+(?!extends\b)|function\b\s*\*?\s*)(${NAME})`, 'u');
const PRIVATE = new RegExp(String.raw`^${MODIFIERS}(#${NAME})`, 'u');
/** The default export of a module. */
const DEFAULT = /^export\s+default\b/;
const BEFORE_DEFAULT = /\bexport\s+default\s+(?:async\s+)?$/;
/** `const name: Type = `, before a function or class without a name. */
const BEFORE_VALUE = new RegExp(String.raw`^\s*(?:export\s+)?(?:const|let|var)\s+(${NAME})\s*(?::(?:[^=]|=>)*)?=\s*$`, 'u');
const CLASS = new RegExp(String.raw`^${MODIFIERS}(?=class\b)`, 'u');
const PARAMETERS = new RegExp(String.raw`^${MODIFIERS}(?:function\b\s*\*?\s*)?\*?\s*(?:#?${NAME}|${LITERAL})?\s*(?:<[^()]*>)?\(`, 'u');
const ASYNC_ARROW = /^async\s*\(/;
const IDENTIFIER = new RegExp(String.raw`^(?:(?:export|default|declare|abstract|async|const|let|var|class|function)\s+)*(#?${NAME})`, 'u');
const KEYWORDS = new Set(['export', 'default', 'const', 'let', 'var', 'class', 'function', 'import', 'return', 'new', 'this', 'if', 'for', 'while', 'typeof', 'async', 'await', 'static']);

/**
 * Whether a function or class can begin here.
 * @param {string | null} name that the map gives to the place: a bundler's own functions have names that are not written there
 */
function beginsFunction(text, name) {
  if (!BEGINNING.test(text)) return false;
  return name === null || new RegExp(String.raw`(?<![\p{ID_Continue}$])${escaped(name)}(?![\p{ID_Continue}$])`, 'u').test(text);
}

/** The name of a function or class that begins at a column: its own, that of its variable, or `default`. */
function declaredName(line, column) {
  const text = line.slice(column);
  const own = DECLARED.exec(text)?.[1];
  if (own !== undefined || !BEGINNING.test(text)) return own;
  const before = line.slice(0, column);
  if (DEFAULT.test(text) || BEFORE_DEFAULT.test(before)) return 'default';
  return isValue(text) ? BEFORE_VALUE.exec(before)?.[1] : undefined;
}

/** A function or class, not a method. */
const isValue = (text) => /^(?:(?:async\s*)?(?:function\b|\(|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)|class\b)/u.test(text);

/** Where `class` or `function` is before a name. */
function declarationColumn(line = '', column) {
  return /\b(?:class|(?:async\s+)?function\s*\*?)\s*$/.exec(line.slice(0, column))?.index ?? column;
}

/** The private name that a member of a class declares. */
function privateNameIn(text = '') {
  return PRIVATE.exec(text)?.[1];
}

/** The column that V8 would give to the function or class whose text begins at a column: see `places.js`. */
function functionColumn(line, column) {
  const text = line.slice(column);
  const [modifiers] = CLASS.exec(text) ?? [];
  if (modifiers !== undefined) return column + modifiers.length;
  if (ASYNC_ARROW.test(text)) return column;
  const [head] = PARAMETERS.exec(text) ?? [];
  return head === undefined ? column : column + head.length - 1;
}

function identifierAt(text = '') {
  const name = IDENTIFIER.exec(text)?.[1];
  return name === undefined || KEYWORDS.has(name) ? undefined : name;
}

/**
 * Whether a function or class with a name is written at a place where V8 says that one begins: its parameters, or `class`.
 * @param {string | undefined} name `undefined` if it was checked before
 */
function beginsAt(lines, place, name) {
  const before = lines[place.line].slice(0, place.column);
  const text = lines[place.line].slice(place.column);
  const own = declaredName(lines[place.line], place.column);
  if (own !== undefined) return name === undefined || own === name;
  if (!BEGINNING.test(text)) return false;
  if (name === undefined || name === '') return true;
  if (/\bconstructor\s*$/.test(before)) return enclosingClass(lines, place) === name;
  return new RegExp(String.raw`(?<![\p{ID_Continue}$])${escaped(name)}(?![\p{ID_Continue}$])`, 'u').test(before);
}

/** The class whose constructor begins at a place: the last before it whose braces are still open. */
function enclosingClass(lines, { line, column }) {
  const before = [...lines.slice(Math.max(0, line - 2000), line), lines[line].slice(0, column)].join('\n');
  let open = 0;
  for (let at = before.length - 1; at >= 0; at -= 1) {
    if (before[at] === '}') open += 1;
    if (before[at] !== '{') continue;
    if (open > 0) open -= 1;
    else return headOf(before.slice(0, at));
  }
  return undefined;
}

function headOf(text) {
  const head = text.slice(Math.max(text.lastIndexOf('}'), text.lastIndexOf(';'), text.lastIndexOf('{')) + 1);
  const at = head.search(/\bclass\b[^{}]*$/);
  return at === -1 ? undefined : declaredName(head.slice(head.lastIndexOf('\n', at) + 1), at - head.lastIndexOf('\n', at) - 1);
}

function escaped(name) {
  return name.replaceAll('$', '\\$');
}

module.exports = { beginsAt, beginsFunction, declarationColumn, declaredName, enclosingClass, functionColumn, identifierAt, privateNameIn };
