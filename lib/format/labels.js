'use strict';

/** Labels of nodes, references and source locations. */

const { heap, words } = require('./spans.js');
const { quoted } = require('./text.js');

const STRING_TYPES = new Set(['string', 'concatenated string', 'sliced string']);

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The name of a string if `showStrings` is not set. */
const HIDDEN_CONTENTS = /^\((\d+ characters)\)$/;

/** The name of a property that is data if `showStrings` is not set. */
const HIDDEN_KEY = '[key]';

// V8 writes a WeakMap entry as one long internal name, of which the label has the key and the table.
const WEAK_MAP_ENTRY = /^\d+ \/ part of key \((.*?) @(\d+)\) -> value \(.*? @\d+\) pair in WeakMap \(table @\d+\)$/;

/**
 * `Session @123`, `handle() @7`, `"text" @9`: the name in DevTools' notation, with the id.
 * @param {{ showStrings?: boolean }} [options] without `showStrings: true` contents of strings are not shown
 */
function nodeLabel(node, { showStrings = false } = {}) {
  return [nameOf(node, showStrings), words(' '), heap(`@${node.id}`, 'id')];
}

function nameOf(node, showStrings) {
  const { component } = node;
  return component === undefined ? ownNameOf(node, showStrings) : heap(`${component.part} (${component.name || 'anonymous'})`);
}

function ownNameOf({ type, name, className, detached }, showStrings) {
  if (STRING_TYPES.has(type)) return heap(showStrings ? quoted(name) : hiddenString(type, name));
  if (type === 'closure') return heap(`${name === '' ? '(anonymous)' : name}()`);
  if (type === 'regexp') return heap(HIDDEN_CONTENTS.test(name) ? hiddenString(type, name) : `/${name}/`);
  if (type === 'array') return heap(name === '' ? '(internal array)[]' : `${name}[]`);
  // V8 writes no name for the first node.
  if (type === 'synthetic' && name === '') return heap('(root)');
  const shown = name === '' ? className : name;
  return heap(detached && !shown.startsWith('Detached ') ? `Detached ${shown}` : shown);
}

/** The length if the answer has it instead of the contents; otherwise only the type. */
function hiddenString(type, name) {
  const length = HIDDEN_CONTENTS.exec(name);
  return length === null ? `(${type})` : `(${type}, ${length[1]})`;
}

/** A step of a retaining path as a node, which has other names for two of the fields. */
function stepNode(step) {
  return { id: step.id, type: step.nodeType, name: step.nodeName, className: step.className, detached: false, component: step.component };
}

/**
 * `FiberNode (ProductCard)`: the class of what leaks, and the component that it belongs to. The verdict has the same.
 * @param {{ className: string, component?: { name: string, part: string | null } }} leak
 */
function leakLabel({ className, component: { name, part } = { name: '', part: null } }) {
  const label = part ?? className;
  return name === '' || name === label ? label : `${label} (${name})`;
}

/** `ProductCard /app/product-card.jsx:3:8`, as for functions. */
function functionLabel({ name, source }) {
  return [heap(name || '(anonymous)'), words(' '), ...sourceLabel(source)];
}

/** `.cache`, `["odd name"]`, `[3]`, `variable user`, `[[map]]`: the reference in the notation of code or DevTools. */
function referenceLabel({ type, name }) {
  switch (type) {
    case 'element':
      return heap(name === HIDDEN_KEY ? HIDDEN_KEY : `[${name}]`, 'reference');
    case 'property':
    case 'shortcut':
      if (name === HIDDEN_KEY) return heap(HIDDEN_KEY, 'reference');
      return heap(IDENTIFIER.test(name) ? `.${name}` : `[${quoted(String(name))}]`, 'reference');
    case 'context':
      return heap(`variable ${name}`, 'reference');
    case 'hidden':
      return heap(`hidden ${name}`, 'reference');
    case 'weak':
      return heap(`weak ${name}`, 'reference');
    default:
      return heap(internalName(String(name)), 'reference');
  }
}

function internalName(name) {
  const entry = WEAK_MAP_ENTRY.exec(name);
  return entry === null ? `[[${name}]]` : `WeakMap entry of key ${entry[1]} @${entry[2]}`;
}

/** `/app/session.js:12:3`, or only the script; empty if the snapshot does not tell. */
function sourceLabel(source) {
  if (source === null || source === undefined) return [];
  const script = source.script === null || source.script === '' ? `script ${source.scriptId}` : source.script;
  return [heap(source.line === null ? script : `${script}:${source.line}:${source.column}`, 'source')];
}

/** `module variable in /app/pool.js`, `in function make, /app/pool.js:3:29`: who has a variable or field. */
function ownerLabel(owner) {
  if (owner === null || owner === undefined) return [];
  const { kind, name, source } = owner;
  if (kind === 'global') return [words('global variable')];
  const place = sourceLabel(source);
  const file = place.length === 0 ? [heap(name, 'source')] : place;
  if (kind === 'module') return [words('module variable in '), ...file];
  if (kind === 'block') return [words('in a block or function of '), ...file];
  const start = name === '' ? [words(`in a ${kind} without a name`)] : [words(`in ${kind} `), heap(name)];
  return place.length === 0 ? start : [...start, words(', '), ...place];
}

module.exports = { STRING_TYPES, functionLabel, leakLabel, nodeLabel, stepNode, referenceLabel, ownerLabel, sourceLabel };
