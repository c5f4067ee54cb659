'use strict';

// Converts the top of the dominator tree to stacks of frames with bytes, as profilers expect.
//
// The bytes of a stack are the self size of its objects, so the sum below a frame is the retained size. Objects with the
// same kinds of dominators share a stack.

const { STRING_TYPES } = require('../format/labels.js');

/** Objects too small to be in the tree. */
const REST = { name: '(smaller objects)', file: '', line: 0, column: 0 };

/**
 * @typedef {{ name: string, file: string, line: number, column: number }} Frame
 * @param {import('../../index.js').DominatorRow} tree
 * @returns {{ frames: Frame[], stacks: { frames: number[], bytes: number }[] }} stacks name frames by number, the root first
 */
function stacksOf(tree) {
  const frames = new Numbered(({ name, file, line, column }) => `${line}:${column}:${file}\n${name}`);
  const stacks = new Map();
  const add = (stack, bytes) => {
    if (bytes === 0) return;
    const key = stack.join();
    const known = stacks.get(key);
    if (known) known.bytes += bytes;
    else stacks.set(key, { frames: stack, bytes });
  };
  // At most a hundred levels: what the question can ask for.
  const visit = (row, above) => {
    const stack = [...above, frames.number(frameOf(row))];
    add(stack, row.selfSize);
    for (const child of row.children) visit(child, stack);
    if (row.rest.retainedSize > 0) add([...stack, frames.number(REST)], row.rest.retainedSize);
  };
  visit(tree, []);
  return { frames: frames.all, stacks: [...stacks.values()] };
}

function frameOf(row) {
  const { source } = row;
  return { name: frameName(row), file: source?.script ?? '', line: source?.line ?? 0, column: source?.column ?? 0 };
}

/** Kinds rather than objects, so that a thousand sessions are one frame; and no contents of strings. */
function frameName({ type, name, className }) {
  if (type === 'closure') return `${name === '' ? '(anonymous)' : name}()`;
  if (type === 'synthetic') return name === '' ? '(root)' : name;
  return STRING_TYPES.has(type) ? '(string)' : className;
}

/** Things by number, equal ones once. */
class Numbered {
  all = [];
  #numbers = new Map();
  #keyOf;

  constructor(keyOf) {
    this.#keyOf = keyOf;
  }

  number(thing) {
    const key = this.#keyOf(thing);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.all.push(thing) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

module.exports = { Numbered, stacksOf };
