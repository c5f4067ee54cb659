// Seed → a pair of small snapshots that lean on every rule: WeakMap pairs, shortcuts, detachedness, plain
// objects, map descriptors, concatenated strings, console and listener names, odd roots, huge sizes.

import { Random } from './random.mjs';
import {
  commonEdgeNames, descriptorNames, edgeNames, edgeTypes, nodeNames, nodeTypes, oddWeakMapNames,
} from './fuzz-words.mjs';
import { snapshotText } from './fuzz-writer.mjs';

/**
 * Two snapshots as text: the second is a mutation of the first and keeps most ids, as a later
 * snapshot of the same process would.
 */
export function snapshotPair(seed) {
  const random = new Random(seed);
  const shape = drawShape(random);
  const nodes = drawNodes(random, shape);
  drawEdges(random, nodes, shape);
  drawWeakMapPairs(random, nodes);
  linkConcatenatedStrings(nodes, shape);
  const before = snapshotText(random, nodes, shape);
  mutate(random, nodes);
  return [before, snapshotText(random, nodes, shape)];
}

// Properties of the whole pair.
function drawShape(random) {
  // One in 250 has thousands of plain objects: only there the share a common shape needs exceeds two objects.
  const plainObjects = random.chance(0.004);
  return {
    plainObjects,
    count: plainObjects ? 5000 : 3 + random.below(random.chance(0.2) ? 150 : 30),
    edgesPerNode: plainObjects ? 0.4 : random.pick([1, 1.5, 2, 3]),
    detachedness: random.chance(0.8),
    traceNodeIds: random.chance(0.5),
    locations: random.chance(0.8),
    repeatedStrings: random.chance(0.3),
    hugeSizes: random.chance(0.05),
    negativeIndices: random.chance(0.1),
    cyclicStrings: random.chance(0.02),
    rootLast: random.chance(0.03),
  };
}

function drawNodes(random, shape) {
  const nodes = [{ type: 'synthetic', name: '', id: 1, selfSize: 0, detachedness: 0, location: null, edges: [] }];
  for (let i = 1; i < shape.count; i++) {
    const type = drawType(random, shape);
    nodes.push({
      type,
      name: drawName(random, type, i, shape),
      id: random.chance(0.8) ? 2 * i + 1 : 2 * i + 100_000,
      selfSize: drawSize(random, shape),
      detachedness: random.chance(0.6) ? 0 : random.below(3),
      location: drawLocation(random, 0.25),
      edges: [],
    });
  }
  return nodes;
}

function drawType(random, { plainObjects }) {
  if (random.chance(plainObjects ? 0.9 : 0.35)) return 'object';
  return random.chance(0.3) ? 'native' : random.pick(nodeTypes);
}

function drawName(random, type, i, { plainObjects }) {
  if (plainObjects && type === 'object' && random.chance(0.9)) return 'Object';
  if (type === 'concatenated string' && i % 2 === 1) return '';
  return random.pick(nodeNames[type]);
}

function drawSize(random, { hugeSizes }) {
  if (random.chance(0.15)) return 0;
  if (hugeSizes && random.chance(0.2)) {
    return random.chance(0.5) ? 2 ** 32 + random.below(5000) : 2 ** 32 - 1 - random.below(300);
  }
  return random.below(200);
}

function drawLocation(random, probability) {
  return random.chance(probability) ? [random.below(2), random.below(2), random.below(2)] : null;
}

function drawEdges(random, nodes, shape) {
  nodes.forEach((node, i) => {
    const count = i === 0 ? 1 + random.below(4) : Math.floor(random.next() * shape.edgesPerNode * 2);
    for (let k = 0; k < count; k++) {
      node.edges.push(i === 0 && random.chance(0.8) ? drawRootEdge(random, nodes, k) : drawEdge(random, nodes, i, shape));
    }
  });
}

function drawRootEdge(random, nodes, k) {
  const type = random.pick(['element', 'shortcut', 'element']);
  return { type, name: random.pick(['1', '2', 'g', 'w / DevTools console']), index: k + 1, to: anyButRoot(random, nodes) };
}

function drawEdge(random, nodes, i, shape) {
  const to = random.chance(0.03) ? i : random.chance(0.02) ? 0 : anyButRoot(random, nodes);
  const edge = { ...drawEdgeName(random), index: random.below(9), to };
  const node = nodes[i];
  if (node.type === 'synthetic' && random.chance(0.3)) {
    Object.assign(edge, { type: 'internal', name: random.pick(['Foo / DevTools console', 'Foo']) });
  }
  if (node.name === '(map descriptors)' && random.chance(0.7)) {
    const type = random.pick(['internal', 'element', 'hidden', 'weak', 'element']);
    Object.assign(edge, { type, name: random.pick(descriptorNames) });
  }
  if (shape.negativeIndices && edge.type === 'element' && random.chance(0.3)) edge.index = -1 - random.below(5);
  return edge;
}

function drawEdgeName(random) {
  const type = random.chance(0.25) ? 'property' : random.chance(0.35) ? 'internal' : random.pick(edgeTypes);
  return { type, name: random.pick(edgeNames[type] ?? commonEdgeNames) };
}

function anyButRoot(random, nodes) {
  return 1 + random.below(nodes.length - 1);
}

// An entry of a WeakMap: two edges of one text, from the key and from the table. Sometimes one is missing,
// a third one shows up, or the text is off by a little.
function drawWeakMapPairs(random, nodes) {
  for (let pairs = random.below(6); pairs > 0; pairs--) {
    const [key, value, table] = [0, 0, 0].map(() => anyButRoot(random, nodes));
    const name = (i) => (random.chance(0.3) ? random.pick(oddWeakMapNames) : nodes[i].name);
    const text =
      ` / part of key (${name(key)} @${nodes[key].id}) -> value (${name(value)} @${nodes[value].id})` +
      ` pair in WeakMap (table @${nodes[table].id})` +
      (random.chance(0.05) ? '\n' : random.chance(0.05) ? ' ' : '');
    const edge = (start) => ({
      type: random.chance(0.9) ? 'internal' : random.pick(edgeTypes), name: start + text, index: 3, to: value,
    });
    const number = () => String(random.below(99));
    if (random.chance(0.95)) insertAnywhere(random, nodes[key].edges, edge(random.chance(0.9) ? number() : random.pick(['', 'x1', '007'])));
    if (random.chance(0.95)) insertAnywhere(random, nodes[table].edges, edge(number()));
    if (random.chance(0.2)) random.pick(nodes).edges.push({ type: 'internal', name: `5${text}`, index: 1, to: value });
  }
}

function insertAnywhere(random, list, item) {
  list.splice(random.below(list.length + 1), 0, item);
}

// Parts stand before the whole unless the pair is to have cycles.
function linkConcatenatedStrings(nodes, { cyclicStrings }) {
  nodes.forEach((node, i) => {
    if (node.type !== 'concatenated string') return;
    if (i > 2 && i % 3 !== 0) {
      node.edges.push({ type: 'internal', name: 'first', index: 1, to: i - 1 });
      node.edges.push({ type: 'internal', name: 'second', index: 1, to: i - 2 });
    }
    if (cyclicStrings) return;
    for (const edge of node.edges) {
      const isPart = edge.type === 'internal' && (edge.name === 'first' || edge.name === 'second');
      if (isPart && edge.to >= i) edge.name = 'other';
    }
  });
}

// What may change between two snapshots of one process, and what must not matter when it does.
function mutate(random, nodes) {
  for (const node of nodes.slice(1)) {
    if (random.chance(0.15)) node.id += 200_000;
    if (random.chance(0.1)) node.selfSize = random.below(100);
    if (random.chance(0.1)) node.name = random.pick(nodeNames[node.type]);
    if (random.chance(0.1)) node.location = drawLocation(random, 0.5);
    if (random.chance(0.1)) node.edges.pop();
  }
}
