/**
 * A readable description of a heap → the bytes that V8 would write.
 *
 * Golden files need a heap whose numbers can be checked by hand and never change. The description
 * names the objects, and references use these names:
 *
 *     buildSnapshot({
 *       root:    synthetic('', { references: [shortcut('global')] }),
 *       global:  object('global', 40, { references: [property('cache', 'cache')] }),
 *       cache:   object('Map', 32, { at: ['/app/cache.js', 3, 14] }),
 *     })
 *
 * The first object is the root. Ids are 1, 3, 5 … in the order of the description unless given, since
 * JavaScript objects have odd ids in V8.
 */

const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];

const NODE_TYPES = [
  'hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic',
  'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape',
];

const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

const META = {
  node_fields: NODE_FIELDS,
  node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
  trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
  trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
  sample_fields: ['timestamp_us', 'last_assigned_id'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};

const DETACHED = 2;

/** Descriptions give ids below, or far above. */
const FIRST_SCRIPT_ID = 901;

function node(type) {
  return (name, size = 0, { references = [], id, detached = false, at } = {}) => ({ type, name, size, references, id, detached, at });
}

export const object = node('object');
export const closure = node('closure');
export const string = node('string');
export const array = node('array');
export const native = node('native');
export const code = node('code');
export const synthetic = (name, options) => node('synthetic')(name, 0, options);

function reference(type) {
  return (name, to = name) => ({ type, name, to });
}

export const property = reference('property');
export const element = reference('element');
export const variable = reference('context');
export const internal = reference('internal');
export const weak = reference('weak');
export const shortcut = reference('shortcut');

/**
 * @param {Record<string, ReturnType<typeof object>>} heap
 * @returns {string} the JSON, with V8's line breaks
 */
export function buildSnapshot(heap) {
  const described = withScripts(heap);
  const keys = Object.keys(described);
  const position = new Map(keys.map((key, index) => [key, index]));
  const strings = new StringTable();
  const nodes = [];
  const edges = [];
  const locations = [];

  keys.forEach((key, index) => {
    const { type, name, size, references, id = 2 * index + 1, detached, at } = described[key];
    nodes.push([NODE_TYPES.indexOf(type), strings.indexOf(name), id, size, references.length, detached ? DETACHED : 0]);
    for (const each of references) {
      if (!position.has(each.to)) throw new Error(`${key} refers to ${each.to}, which is not in the description`);
      const label = each.type === 'element' ? each.name : strings.indexOf(each.name);
      edges.push([EDGE_TYPES.indexOf(each.type), label, position.get(each.to) * NODE_FIELDS.length]);
    }
    // The file counts lines and columns from 0.
    if (at !== undefined) locations.push([index * NODE_FIELDS.length, scriptId(described, at[0]), at[1] - 1, at[2] - 1]);
  });

  const header = { meta: META, node_count: nodes.length, edge_count: edges.length, trace_function_count: 0 };
  return [
    `{"snapshot":${JSON.stringify(header)}`,
    `"nodes":[${nodes.join('\n,')}]`,
    `"edges":[${edges.join('\n,')}]`,
    '"trace_function_infos":[]',
    '"trace_tree":[]',
    '"samples":[]',
    `"locations":[${locations.join('\n,')}]`,
    `"strings":${JSON.stringify(strings.all).replace(/","/g, '",\n"')}}`,
  ].join(',\n');
}

/**
 * V8 writes only script ids; the name of a script is found through a function in it. So each script gets one:
 * closure → shared → script → name.
 */
function withScripts(heap) {
  const scripts = scriptsOf(heap);
  if (scripts.length === 0) return heap;
  const result = { ...heap };
  const [rootKey] = Object.keys(heap);
  result[rootKey] = { ...heap[rootKey], references: [...heap[rootKey].references, element(9, '(scripts)')] };
  result['(scripts)'] = synthetic('(Scripts)', { id: FIRST_SCRIPT_ID - 2, references: scripts.map((script, index) => element(index, `loader of ${script}`)) });
  scripts.forEach((script, index) => {
    // Their ids do not depend on the rest of the heap, so that they are the same objects before and after.
    const id = FIRST_SCRIPT_ID + 8 * index;
    result[`loader of ${script}`] = closure('', 32, { id, references: [internal('shared', `shared of ${script}`)], at: [script, 1, 1] });
    result[`shared of ${script}`] = code('', 56, { id: id + 2, references: [internal('script', `script ${script}`)] });
    result[`script ${script}`] = code(script, 120, { id: id + 4, references: [internal('name', `name of ${script}`)] });
    result[`name of ${script}`] = string(script, 24, { id: id + 6 });
  });
  return result;
}

function scriptsOf(heap) {
  return [...new Set(Object.values(heap).flatMap(({ at }) => (at === undefined ? [] : [at[0]])))];
}

function scriptId(heap, script) {
  return scriptsOf(heap).indexOf(script) + 1;
}

class StringTable {
  all = ['<dummy>'];

  #positions = new Map();

  indexOf(text) {
    if (!this.#positions.has(text)) this.#positions.set(text, this.all.push(text) - 1);
    return this.#positions.get(text);
  }
}
