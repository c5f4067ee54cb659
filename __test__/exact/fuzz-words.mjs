// Names with a meaning for DevTools' analysis, and names that nearly have one.

export const nodeTypes = [
  'hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic',
  'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape',
];

export const edgeTypes = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

/** Node type → names. Repeated ones come more often. */
export const nodeNames = {
  object: [
    'Object', 'Object', 'Object', 'Object', 'Foo', 'Function', 'Array', 'system / Context', 'system / Context / x.js',
    'Window', '<div id="x">', '{a, b}', 'RegExp', '(string)', 'V8EventListener', 'int', 'caf\u00e9', '\ud83d\ude00', '\udc00half',
  ],
  native: [
    'Node', '<div id="a b">', '<div>', 'Detached <span class="q">', 'Detached Foo', 'system / JSArrayBufferData',
    'system / ExternalStringData', 'Foo', 'V8EventListener', 'system / NativeContext / u', '(system)', 'Detached Node',
  ],
  hidden: ['system / NativeContext', 'system / Map', 'x', 'system / NativeContext', 'system / MetaMap'],
  array: ['', '(map descriptors)', '(object elements)', 'Array'],
  string: ['a', 'b', '', 'true', 'false', '42', '-7', 'x y', 'zz'.repeat(40), 'L'.repeat(700), '\ud800'],
  closure: ['f', 'Array', 'code'],
  code: ['c'],
  regexp: ['r'],
  number: ['int', 'bool', 'int', 'smi number'],
  synthetic: ['(GC roots)', '(Document DOM trees)', 'Other', '(Document DOM trees)'],
  'concatenated string': ['', 'zz'],
  'sliced string': ['sl'],
  symbol: ['sym'],
  bigint: ['bi'],
  'object shape': ['system / Map', 'system / DescriptorArray'],
};

/** Edge type → names of its edges; types that are not here have the common ones. */
export const edgeNames = {
  property: [
    'a', 'b', 'c', 'x', 'y', '__proto__', 'p,q', '"q"', '{', 'long'.repeat(12), 'long2'.repeat(12), '\u00e9',
    '\ud83d\ude00', '\uffee', '1', '\nnl', "it's", 'code', '\\', 'tab\t', '',
  ],
  internal: [
    'map', 'native_context', 'first', 'second', 'elements', 'sloppy_function_map', 'value', 'length', 'hash',
    'truncated', 'code', '1', 'properties', '5', '7 / x', ' 4',
  ],
  shortcut: ['12', 'g', '3x', 'w / DevTools console', ' 5', '99999999999', '-3', '0x10'],
  context: ['k', 'v', 'z / DevTools console', '1', 'code'],
};

export const commonEdgeNames = ['a', 'b', '1', 'code'];

/** Edge names with a meaning in `(map descriptors)`. */
export const descriptorNames = ['1', '4', '7', '2', 'map', '10', '-2', ' 4', '4x'];

/** Values and keys of a WeakMap whose text may be mistaken for the syntax around it. */
export const oddWeakMapNames = [
  '', '@7) -> value (x @9', 'a\nb', 'a\u2028b', ') pair in WeakMap (table @3)', '@', ' @1) -> value (', 'e\rf',
];
