'use strict';

// Every question about snapshots: how many snapshots it takes, and its options.
//
// Nothing of Node.js is used here: the viewer has these questions in the browser too.

/** @typedef {import('./describe.js').Declarations} Declarations */

const MAX_ROWS = 100_000;

const NODE_TYPES = [
  'hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic',
  'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape', 'wasm object',
];

const NAMED_FILTERS = [
  'objectsRetainedByDetachedDomNodes',
  'objectsRetainedByContexts',
  'objectsRetainedByConsole',
  'objectsRetainedByEventHandlers',
  'duplicatedStrings',
  'sharedNativeContext',
  'noNativeContext',
];

const id = { type: 'id', required: true };
/** Names are those of the protocol; the API has another name for this argument. */
const idOrName = (argument) => ({ type: 'idOrName', required: true, argument });

/** By default contents of strings are left out of reports alone, and keys that are data out of every answer. */
const showStrings = {
  type: 'boolean',
  defaultsTo: 'contents of strings, but `[key]` for keys that are data',
  flag: '--show-strings',
  help: 'print the contents of strings, and keys that are data, which may hold secrets',
};

/** Not of questions: answers are mapped in Node.js. All answers with names take it. */
const sourceMaps = {
  type: 'sourceMaps',
  choices: ['auto', 'off'],
  default: 'auto',
  flag: '--source-maps <where>',
  help: 'source maps for places and names: beside the scripts, in the folder WHERE too, or none',
};

const page = (rows = 'rows') => ({
  limit: { type: 'whole', min: 0, max: MAX_ROWS, default: 50, flag: '--limit <count>', help: `${rows} to show` },
  offset: { type: 'whole', min: 0, default: 0, flag: '--offset <count>', help: `${rows} to skip` },
});

const order = (sorts, ascending) => ({
  sort: { type: 'choice', choices: sorts, default: 'retainedSize', flag: '--sort <by>', help: 'column to sort by' },
  order: {
    type: 'choice',
    choices: ['ascending', 'descending'],
    defaultsTo: `'descending', but 'ascending' for ${ascending}`,
    flags: {
      '--order <order>': { help: 'sort order' },
      '--ascending': { help: 'the same as --order ascending', value: 'ascending' },
    },
  },
});

const nodeOrder = order(['retainedSize', 'selfSize', 'ratio', 'distance', 'id'], 'distance and id');

const nameText = (noun) => ({
  type: 'text',
  flags: {
    '--name <text>': { help: `the ${noun} is TEXT, or matches /REGEXP/flags` },
    '--name-contains <text>': { help: `the ${noun} contains TEXT, ignoring case`, as: 'contains' },
  },
});

const namedFilter = {
  type: 'namedFilter',
  choices: NAMED_FILTERS,
  flag: '--filter <named>',
  help: "one of DevTools' filters, or nativeContext_N",
};

const sizeRange = (name, noun) => ({
  type: 'range',
  flags: {
    [`--min-${name} <size>`]: { help: `${noun} at least SIZE: 10kB, 1.5MB, 1GiB …`, as: 'size', at: 'min' },
    [`--max-${name} <size>`]: { help: `${noun} at most SIZE`, as: 'size', at: 'max' },
  },
});

/** A tree in every row, or in one. */
function tree(name, help, { depth, limit } = { depth: 2, limit: 5 }) {
  return {
    type: 'object',
    orBoolean: true,
    default: false,
    fields: {
      depth: { type: 'whole', min: 1, max: 20, default: depth },
      limit: { type: 'whole', min: 1, max: 1000, default: limit },
    },
    flags: { [`--${name} [depth,limit]`]: { help: `${help}, DEPTH levels deep (${depth}), LIMIT on each (${limit})`, as: 'tree' } },
  };
}

const countRange = (name, at, noun) => ({ [`--${name}-count <range>`]: { help: `${noun}: 3, 3..7, 3.. or ..7`, as: 'range', at } });

/** Conditions on what an object has, of objects, classes and paths. */
const having = {
  property: {
    type: 'properties',
    flag: '--property <match>',
    help: 'has a property NAME, NAME=VALUE or NAME=>CLASS; name, value and class may be /REGEXP/flags',
  },
  shape: { type: 'names', flag: '--shape <names>', help: 'has all of these properties, separated by commas' },
  hasNot: { type: 'names', flag: '--has-not <names>', help: 'is an object without any of these properties' },
  in: { type: 'words', choices: ['Map', 'Set', 'Array'], flag: '--in <collections>', help: 'is in a Map, Set or Array, separated by commas' },
  counts: {
    type: 'object',
    fields: { properties: { type: 'range' }, elements: { type: 'range' }, references: { type: 'range' }, retainers: { type: 'range' } },
    flags: {
      ...countRange('property', 'properties', 'number of properties'),
      ...countRange('element', 'elements', 'number of elements, keys of a Map included'),
      ...countRange('reference', 'references', 'number of references'),
      ...countRange('retainer', 'retainers', 'number of references to it'),
    },
  },
};

/** @type {Declarations} */
const query = {
  id: { type: 'ids', flag: '--id <ids>', help: 'ids, separated by commas' },
  name: nameText('name'),
  type: { type: 'words', choices: NODE_TYPES, isOpen: true, flag: '--type <types>', help: "V8's node types, separated by commas" },
  class: {
    type: 'text',
    flags: {
      '--class <text>': { help: 'the class is TEXT, or matches /REGEXP/flags' },
      '--class-contains <text>': { help: 'the class contains TEXT, ignoring case', as: 'contains' },
    },
  },
  script: {
    type: 'text',
    orBoolean: true,
    flags: {
      '--script [text]': { help: 'has a source location, in the script TEXT or one that matches /REGEXP/flags' },
      '--no-script': { help: 'has no source location' },
    },
  },
  selfSize: sizeRange('self', 'self size'),
  retainedSize: sizeRange('retained', 'retained size'),
  distance: { type: 'range', flag: '--distance <range>', help: 'steps from a GC root: 3, 3..7, 3.. or ..7' },
  detached: {
    type: 'boolean',
    flags: {
      '--detached': { help: 'detached DOM nodes' },
      '--no-detached': { help: 'everything except detached DOM nodes' },
    },
  },
  edgeName: { type: 'text', flag: '--edge-name <text>', help: 'a reference to the object is named TEXT, or matches /REGEXP/flags' },
  retainedBy: { type: 'id', flag: '--retained-by <id>', help: 'retained by the object with this id' },
  referencedFrom: { type: 'id', flag: '--referenced-from <id>', help: 'directly referenced by the object with this id' },
  allocated: {
    type: 'object',
    fields: { after: { type: 'id' }, upTo: { type: 'id' } },
    flags: {
      '--allocated-after <id>': { help: 'id above ID: allocated later', as: 'id', at: 'after' },
      '--allocated-up-to <id>': { help: 'id at most ID: allocated earlier', as: 'id', at: 'upTo' },
    },
  },
  filter: namedFilter,
  mineOnly: {
    type: 'choice',
    choices: ['auto'],
    orBoolean: true,
    default: false,
    flag: '--mine-only [auto]',
    help: 'hide objects of Node, V8 and internals; =auto: only in heaps over 25 MB',
  },
  ...having,
  ...nodeOrder,
  ...page('objects'),
  edges: { type: 'boolean', default: false, flag: '--edges', help: 'show the direct references of each object' },
  references: tree('references', 'show what each object refers to'),
  retainers: tree('retainers', 'show what refers to each object'),
  showStrings,
};

const classQuery = {
  name: nameText('class'),
  filter: namedFilter,
  ...having,
  ...order(['retainedSize', 'selfSize', 'count', 'distance', 'name'], 'distance and name'),
  ...page('classes'),
  showStrings,
};

const dominatorTree = {
  root: { type: 'id', defaultsTo: 'rootId', flag: '--root <id>', help: 'only what the object with this id retains' },
  depth: { type: 'whole', min: 1, max: 100, default: 3 },
  limit: { type: 'whole', min: 1, max: 1000, default: 20 },
  minShare: { type: 'number', min: 0, max: 1, default: 0 },
  showStrings,
};

const report = {
  limit: { type: 'whole', min: 1, max: 1000, default: 10, flag: '--limit <count>', help: 'classes, objects and strings to list' },
  showStrings: { type: 'boolean', default: false, flag: showStrings.flag, help: showStrings.help },
};

const diff = {
  mode: {
    type: 'choice',
    choices: ['classes', 'new', 'grown', 'freed'],
    default: 'classes',
    flag: '--mode <mode>',
    help: 'growth per class, or objects that are new, have grown, or were freed',
  },
  class: { type: 'id' },
  sort: { type: 'choice', choices: ['retainedDelta', 'sizeDelta', 'countDelta'], default: 'retainedDelta', flag: '--sort <by>', help: 'column by which classes are sorted, largest growth first' },
  paths: { type: 'boolean', default: false, flag: '--paths', help: 'show the retaining path of each object (modes new, grown, freed)' },
  ...page(),
  showStrings,
};

const retainingPaths = {
  of: idOrName('idOrClass'),
  ...having,
  limit: { type: 'whole', min: 1, max: 1000, default: 5, flag: '--limit <count>', help: 'retaining paths to show' },
  showStrings,
};

const allocations = {
  by: { type: 'choice', choices: ['function', 'stack'], default: 'function', flag: '--by <what>', help: 'a row for each function, or each stack' },
  sort: { type: 'choice', choices: ['size', 'count', 'liveSize', 'liveCount', 'totalSize', 'totalLiveSize'], default: 'size', flag: '--sort <by>', help: 'column to sort by' },
  ...page('functions or stacks'),
  showStrings,
};

const group = {
  query: { type: 'query', required: true, members: query },
  by: {
    type: 'names',
    default: 'class',
    choices: ['class', 'package', 'script', 'holder', 'path', 'size', 'age', 'distance'],
    flag: '--by <ways>',
    help: 'class, package, script, holder, path, property:NAME, size, age or distance (class); several, separated by commas, are nested',
  },
  ...order(['retainedSize', 'selfSize', 'count', 'key'], 'key'),
  ...page('groups'),
  showStrings,
};

const whatIf = {
  cut: { type: 'names', flags: { '--cut <reference>': { as: 'reference', help: 'cut @ID.NAME, @ID[POSITION] or all references @ID->@ID; may be given several times' } } },
  remove: { type: 'removals', members: query, flag: '--remove <what>', help: 'remove the object @ID, or all objects of a class; may be given several times' },
  limit: { type: 'whole', min: 0, max: MAX_ROWS, default: 50, flag: '--limit <count>', help: 'classes to show' },
  showStrings,
};

/** Of one snapshot. */
const one = (fields = {}) => ({ least: 1, most: 1, fields });

/**
 * By the name in `ask`. Heavy ones process the whole heap on all cores. `calls`: what only the call takes.
 * @type {Record<string, { least: number, most: number, heavy?: boolean, fields: Declarations, calls?: Declarations }>}
 */
const QUESTIONS = {
  summary: one(),
  classes: one(classQuery),
  classInstances: one({ class: idOrName('nameOrIndex'), ...nodeOrder, ...page(), showStrings }),
  filter: one(query),
  node: one({ id, showStrings }),
  references: one({ id, ...page(), showStrings }),
  retainers: one({ id, ...page(), showStrings }),
  dominated: one({ id, ...page(), showStrings }),
  dominatorPath: one({ id, showStrings }),
  dominatorTree: one(dominatorTree),
  retainingPaths: one(retainingPaths),
  strings: { ...one({ ...page(), showStrings }), heavy: true },
  group: { least: 1, most: 2, heavy: true, fields: group, calls: { before: { type: 'snapshot' } } },
  whatIf: { ...one(whatIf), heavy: true },
  deadVariables: { ...one({ ...page('variables'), showStrings }), heavy: true },
  allocations: { least: 1, most: 2, fields: allocations },
  allocationStack: one({ id, showStrings }),
  samples: one(),
  report: { least: 1, most: Infinity, heavy: true, fields: report },
  diff: { least: 2, most: 2, heavy: true, fields: diff },
};

/** Questions of `lib/testing` only, which are heavy too. */
const isHeavy = ({ ask }) => !Object.hasOwn(QUESTIONS, ask) || QUESTIONS[ask].heavy === true;

/** What a call that asks a question takes. */
function fieldsOf(ask) {
  const { fields, calls } = QUESTIONS[ask];
  return { ...fields, ...calls, ...('showStrings' in fields && { sourceMaps }) };
}

module.exports = { NAMED_FILTERS, QUESTIONS, fieldsOf, having, isHeavy, showStrings, sourceMaps, tree };
