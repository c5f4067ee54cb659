// Generated snapshots: a tiny one, and large ones of any size, generated chunk by chunk.

const NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic'];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];
const [OBJECT, SYNTHETIC] = [NODE_TYPES.indexOf('object'), NODE_TYPES.indexOf('synthetic')];
const [ELEMENT, PROPERTY] = [EDGE_TYPES.indexOf('element'), EDGE_TYPES.indexOf('property')];

function header(nodeCount, edgeCount) {
  const meta = {
    node_fields: NODE_FIELDS,
    node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
  };
  return `{"snapshot":{"meta":${JSON.stringify(meta)},"node_count":${nodeCount},"edge_count":${edgeCount}},\n`;
}

/**
 * Six objects:
 *
 * ```text
 * root ─▶ Config(@3, 100) ─cache▶ Cache(@5, 20) ─[0]▶ Session(@7, 1000)
 *    └──▶ Worker(@9, 50) ──────────session───────────▶ Session(@7)
 *                └──name▶ Näme 😀(@11, 8)
 * ```
 */
export function tinySnapshot() {
  const strings = ['', 'config', 'worker', 'Config', 'cache', 'Cache', 'Session', 'Worker', 'session', 'name', 'Näme 😀'];
  const s = (text) => strings.indexOf(text);
  const to = (ordinal) => ordinal * NODE_FIELDS.length;
  const nodes = [
    [SYNTHETIC, s(''), 1, 0, 2, 0],
    [OBJECT, s('Config'), 3, 100, 1, 0],
    [OBJECT, s('Cache'), 5, 20, 1, 0],
    [OBJECT, s('Session'), 7, 1000, 0, 0],
    [OBJECT, s('Worker'), 9, 50, 2, 0],
    [OBJECT, s('Näme 😀'), 11, 8, 0, 0],
  ];
  const edges = [
    [PROPERTY, s('config'), to(1)],
    [PROPERTY, s('worker'), to(4)],
    [PROPERTY, s('cache'), to(2)],
    [ELEMENT, 0, to(3)],
    [PROPERTY, s('session'), to(3)],
    [PROPERTY, s('name'), to(5)],
  ];
  return `${header(6, 6)}"nodes":[${nodes.join('\n,')}],\n"edges":[${edges.join('\n,')}],\n"strings":${JSON.stringify(strings)}}`;
}

/** Children of a node in the generated tree, as [edge type, name or index, ordinal]. */
function childrenOf(node, count) {
  const children = [2 * node + 1, 2 * node + 2].filter((child) => child < count);
  return children.map((child, i) => [PROPERTY, 1 + i, child]).concat([[ELEMENT, node % 1000, (node * 7919) % count]]);
}

/**
 * Chunks of a snapshot of `nodeCount` objects, about 55 bytes each: a binary tree with one additional
 * reference from each node to another. 1.1 million nodes are about 60 MB.
 */
export function* bigSnapshot(nodeCount) {
  // Each node but the root is a child in the tree; each node has one additional reference.
  yield header(nodeCount, 2 * nodeCount - 1);
  yield '"nodes":[';
  yield* rows(nodeCount, (node) => {
    const type = node === 0 ? SYNTHETIC : OBJECT;
    const name = node === 0 ? 0 : 3 + (node % 50);
    return [[type, name, 2 * node + 1, node === 0 ? 0 : 16 + (node % 8) * 8, childrenOf(node, nodeCount).length, 0]];
  });
  yield '],\n"edges":[';
  yield* rows(nodeCount, (node) =>
    childrenOf(node, nodeCount).map(([type, name, to]) => [type, name, to * NODE_FIELDS.length]),
  );
  const strings = ['', 'left', 'right', ...Array.from({ length: 50 }, (_, i) => `Class${i}`)];
  yield `],\n"strings":${JSON.stringify(strings)}}`;
}

function* rows(nodeCount, rowsOf) {
  let text = '';
  for (let node = 0; node < nodeCount; node += 1) {
    for (const row of rowsOf(node)) text += `${text === '' && node === 0 ? '' : '\n,'}${row.join(',')}`;
    if (text.length > 1 << 16) {
      yield text;
      text = '';
    }
  }
  yield text;
}
