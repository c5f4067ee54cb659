// Writes nodes and edges as the text of a snapshot, laid out as V8 does.

import { edgeTypes, nodeTypes } from './fuzz-words.mjs';

/** The JSON text. `shape` says which fields and sections there are. */
export function snapshotText(random, nodes, shape) {
  const strings = new StringTable(random, shape.repeatedStrings);
  const fields = nodeFields(shape);
  const order = fileOrder(nodes, shape);
  const position = new Map(order.map((node, i) => [node, i]));
  const nodeNumbers = [];
  const edgeNumbers = [];
  for (const node of order) {
    const row = nodeRow(node, strings);
    nodeNumbers.push(...fields.map((field) => row[field]));
    for (const { type, name, index, to } of node.edges) {
      const nameOrIndex = type === 'element' || type === 'hidden' ? index : strings.indexOf(name);
      edgeNumbers.push(edgeTypes.indexOf(type), nameOrIndex, position.get(nodes[to]) * fields.length);
    }
  }
  const file = {
    snapshot: header(random, shape, fields, nodes.length, edgeNumbers.length / 3),
    nodes: nodeNumbers,
    edges: edgeNumbers,
    trace_function_infos: [],
    trace_tree: [],
    samples: random.chance(0.5) ? [0, 11, 5000, 41, 9000, 83] : [],
  };
  if (shape.rootLast) file.snapshot.root_index = (nodes.length - 1) * fields.length;
  if (shape.locations) file.locations = locations(order, fields.length);
  return JSON.stringify({ ...file, strings: strings.list });
}

// DevTools knows a header field for the root that V8 never writes; the root is then the first node or the last.
function fileOrder(nodes, { rootLast }) {
  return rootLast ? [...nodes.slice(1), nodes[0]] : nodes;
}

function nodeFields({ traceNodeIds, detachedness }) {
  const fields = ['type', 'name', 'id', 'self_size', 'edge_count'];
  if (traceNodeIds) fields.push('trace_node_id');
  if (detachedness) fields.push('detachedness');
  return fields;
}

function nodeRow({ type, name, id, selfSize, edges, detachedness }, strings) {
  return {
    type: nodeTypes.indexOf(type),
    name: strings.indexOf(name),
    id,
    self_size: selfSize,
    edge_count: edges.length,
    trace_node_id: 0,
    detachedness,
  };
}

function header(random, shape, fields, nodeCount, edgeCount) {
  const meta = {
    node_fields: fields,
    node_types: [nodeTypes, 'string', 'number', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [edgeTypes, 'string_or_number', 'node'],
    trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
    sample_fields: ['timestamp_us', 'last_assigned_id'],
  };
  if (shape.locations) meta.location_fields = ['object_index', 'script_id', 'line', 'column'];
  const snapshot = { meta, node_count: nodeCount, edge_count: edgeCount, trace_function_count: 0 };
  if (random.chance(0.3)) snapshot.extra_native_bytes = random.below(1000);
  return snapshot;
}

function locations(nodes, fieldCount) {
  return nodes.flatMap(({ location }, i) => (location ? [i * fieldCount, ...location] : []));
}

/** The strings section; with `repeats`, some texts come twice, which V8 avoids but the format allows. */
class StringTable {
  list = ['<dummy>'];
  #indices = new Map([['<dummy>', 0]]);
  #random;
  #repeats;

  constructor(random, repeats) {
    this.#random = random;
    this.#repeats = repeats;
  }

  indexOf(text) {
    if (this.#repeats && this.#random.chance(0.05)) return this.list.push(text) - 1;
    let index = this.#indices.get(text);
    if (index === undefined) this.#indices.set(text, (index = this.list.push(text) - 1));
    return index;
  }
}
