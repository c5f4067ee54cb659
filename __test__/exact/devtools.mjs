// A snapshot through DevTools' own code: loading, and every number it has about a node or a class.

import { importDevTools } from './bundle.mjs';
import { endlessStrings, NumberWatch } from './exemptions.mjs';
import { analyseMended, guardEndlessStrings } from './mends.mjs';

/** Filters that need no number of their own. */
const namedFilters = [
  'objectsRetainedByDetachedDomNodes',
  'objectsRetainedByContexts',
  'objectsRetainedByConsole',
  'objectsRetainedByEventHandlers',
  'duplicatedStrings',
  'sharedNativeContext',
  'noNativeContext',
];

const devtools = await importDevTools();
guardEndlessStrings(devtools);

/** Version of the DevTools package that judges. */
export const version = devtools.version;

/**
 * Loads a snapshot.
 *
 * `asShipped` is what DevTools shows, `null` when it refuses the file (`error` says why). `judge` is what
 * heapray has to equal: the same, or the mended run where DevTools as shipped has a fault that matters
 * here; `null` when that cannot open the file either. `reasons` are the exemptions that may apply.
 *
 * @param {() => AsyncIterable<string> | Iterable<string>} chunks the text; called again when a second run is needed
 * @param {{ alwaysMend?: boolean }} [options] `alwaysMend` makes the second run in any case
 */
export async function load(chunks, { alwaysMend = false } = {}) {
  const restore = silenceWarnings();
  try {
    const { snapshot, error, reasons } = await loadAsShipped(chunks());
    const asShipped = snapshot && new DevToolsView(snapshot);
    if (asShipped?.hasEqualClassTexts()) reasons.add('equal-class-text');
    if (snapshot && snapshot.rootNodeIndex !== 0) reasons.add('root-not-first');
    if (!error && reasons.size === 0 && !alwaysMend) return { asShipped, judge: asShipped, error, reasons };
    const mended = await loadMended(chunks());
    if (error) reasons.add(mended?.functionsWereMissing ? 'function-count' : 'cannot-open');
    const judge = mended ? new DevToolsView(mended.snapshot) : asShipped;
    return { asShipped, judge, error, reasons };
  } finally {
    restore();
  }
}

async function loadAsShipped(chunks) {
  const watch = new NumberWatch();
  const loader = new devtools.HeapSnapshotLoader({ sendEvent() {} });
  let failure = null;
  loader.parsingComplete.catch((error) => (failure = error));
  for await (const chunk of chunks) {
    watch.write(chunk);
    loader.write(chunk);
    // The parser runs in between, as it does between DevTools' messages.
    await new Promise(setImmediate);
    if (failure) break;
  }
  loader.close();
  const channel = new MessageChannel();
  new devtools.SecondaryInitManager(channel.port2);
  try {
    return { snapshot: await loader.buildSnapshot(channel.port1), error: null, reasons: watch.found };
  } catch (error) {
    const message = String(error?.message ?? error).split('\n')[0];
    return { snapshot: null, error: message, reasons: watch.found };
  } finally {
    channel.port1.close();
  }
}

async function loadMended(chunks) {
  try {
    return await analyseMended(devtools, await whole(chunks));
  } catch {
    // Not JSON, too long for a string, or a heap DevTools' analysis cannot take: the run as shipped judges, or nobody.
    return null;
  }
}

// DevTools lists unreachable nodes on the console; the fuzz would print thousands.
function silenceWarnings() {
  const { warn } = console;
  console.warn = () => {};
  return () => (console.warn = warn);
}

async function whole(chunks) {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** DevTools' answers in the shape that compare.mjs wants. */
export class DevToolsView {
  #snapshot;
  #columns;

  constructor(snapshot) {
    this.#snapshot = snapshot;
  }

  get nodeCount() {
    return this.#snapshot.nodeCount;
  }

  get edgeCount() {
    return this.#snapshot.containmentEdges.length / this.#snapshot.edgeFieldsCount;
  }

  get totalSize() {
    return this.#snapshot.totalSize;
  }

  get statistics() {
    return this.#snapshot.getStatistics();
  }

  /** Typed arrays in node order, under the names of heapray's `columns()`; `classKey` is an array of texts. */
  get columns() {
    return (this.#columns ??= this.#makeColumns());
  }

  #makeColumns() {
    const snapshot = this.#snapshot;
    const count = snapshot.nodeCount;
    const fields = snapshot.nodeFieldCount;
    const columns = {
      id: new Uint32Array(count),
      type: new Uint8Array(count),
      selfSize: new Float64Array(count),
      retainedSize: new Float64Array(count),
      distance: new Int32Array(count),
      dominator: new Uint32Array(count),
      detached: new Uint8Array(count),
      edgeCount: new Uint32Array(count),
      classKey: new Array(count),
    };
    const node = snapshot.createNode(0);
    for (let i = 0; i < count; i++) {
      node.nodeIndex = i * fields;
      columns.id[i] = node.id();
      columns.type[i] = node.rawType();
      columns.selfSize[i] = node.selfSize();
      columns.retainedSize[i] = node.retainedSize();
      columns.distance[i] = node.distance();
      columns.dominator[i] = node.dominatorIndex() / fields;
      columns.detached[i] = node.detachedness();
      columns.edgeCount[i] = node.edgesCount();
      columns.classKey[i] = this.#classKey(node);
    }
    return columns;
  }

  #classKey(node) {
    const key = node.classKeyInternal();
    return typeof key === 'number' ? `,${this.#snapshot.strings[key]}` : key;
  }

  /** The parts of a node that are text. `name` is `null` where DevTools would never end. */
  row(ordinal) {
    const node = this.#snapshot.createNode(ordinal * this.#snapshot.nodeFieldCount);
    const name = this.endlessStrings().has(ordinal) ? null : node.name();
    return { type: String(node.type()), name, className: node.className() };
  }

  /** Concatenated strings that contain themselves, or one that does. */
  endlessStrings() {
    return endlessStrings(this.#snapshot);
  }

  /** References of a node: `[type, name, id of the target]`, in file order. */
  edges(ordinal) {
    const edges = [];
    const node = this.#snapshot.createNode(ordinal * this.#snapshot.nodeFieldCount);
    for (const each = node.edges(); each.hasNext(); each.next()) {
      const edge = each.item();
      edges.push([edge.type(), edge.name(), edge.node().id()]);
    }
    return edges;
  }

  /** References whose index is below zero; DevTools as shipped has none. */
  negativeIndexCount() {
    const { containmentEdges: edges, edgeFieldsCount: fields, edgeNameOffset } = this.#snapshot;
    let count = 0;
    for (let i = edgeNameOffset; i < edges.length; i += fields) if (edges.getValue(i) < 0) count++;
    return count;
  }

  /** Whether two classes of the Summary have the same key, so that one hides the other. */
  hasEqualClassTexts() {
    const numbers = new Map();
    const snapshot = this.#snapshot;
    const node = snapshot.createNode(0);
    for (let i = 0; i < snapshot.nodeCount; i++) {
      node.nodeIndex = i * snapshot.nodeFieldCount;
      const number = node.classKeyInternal();
      if (typeof number !== 'number' || node.selfSize() === 0) continue;
      const text = snapshot.strings[number];
      if ((numbers.get(text) ?? number) !== number) return true;
      numbers.set(text, number);
    }
    return false;
  }

  /** Class key → totals, of all nodes or of those a named filter keeps. */
  classTotals(filterName) {
    const totals = new Map();
    const aggregates = this.#snapshot.aggregatesWithFilter(filterCalled(filterName));
    for (const [key, { count, distance, self, maxRet }] of Object.entries(aggregates)) {
      totals.set(key, { count, distance, selfSize: self, retainedSize: maxRet });
    }
    return totals;
  }

  /** Names of the filters this snapshot has: the fixed ones and one for each native context. */
  filterNames() {
    const contexts = this.#snapshot.getNativeContextSizes().nativeContexts;
    return [...namedFilters, ...contexts.map(({ nodeIndex }) => `nativeContext_${nodeIndex}`)];
  }

  /** Ids a named filter keeps, ascending. */
  filtered(filterName) {
    const snapshot = this.#snapshot;
    const keeps = snapshot.createFilter(filterCalled(filterName));
    const ids = [];
    const node = snapshot.createNode(0);
    for (let i = 0; i < snapshot.nodeCount; i++) {
      node.nodeIndex = i * snapshot.nodeFieldCount;
      if (keeps(node)) ids.push(node.id());
    }
    return ids.sort((a, b) => a - b);
  }

  /** The allocation timeline: `[milliseconds, last id, bytes]`. */
  samples() {
    const samples = this.#snapshot.getSamples();
    if (!samples) return [];
    return samples.timestamps.map((time, i) => [time, samples.lastAssignedIds[i], samples.sizes[i]]);
  }

  /** What was allocated while tracking, by function. */
  allocations() {
    if (!this.#snapshot.profile.snapshot.trace_function_count) return [];
    return this.#snapshot.allocationTracesTops();
  }

  /**
   * The calls of the Allocation tab: each function and each chain of its callers, with its numbers, once. A caller's numbers
   * are those of its whole chain.
   */
  allocationCalls() {
    const calls = [];
    const snapshot = this.#snapshot;
    const visit = (above, id) => {
      const { nodesWithSingleCaller, branchingCallers } = snapshot.allocationNodeCallers(id);
      let chain = above;
      for (const node of nodesWithSingleCaller) {
        chain = [...chain, node.name];
        calls.push([chain, node]);
      }
      for (const node of branchingCallers) {
        calls.push([[...chain, node.name], node]);
        visit([...chain, node.name], node.id);
      }
    };
    for (const top of this.allocations()) {
      calls.push([[top.name], top]);
      if (top.hasChildren) visit([top.name], top.id);
    }
    return calls;
  }

  /** Variables of contexts that no live function reads: `context id, name, value id` of each. */
  deadFields() {
    const fields = [];
    for (const { contexts } of this.#snapshot.analyzeContexts().scopes) {
      for (const { contextNodeId, deadFields } of contexts) {
        for (const { name, valueNodeId } of deadFields) fields.push(`${contextNodeId} ${name} ${valueNodeId}`);
      }
    }
    return fields;
  }

  /** DevTools' comparison with an older snapshot, one entry for each class that changed. */
  changesSince(before) {
    const aggregates = before.#snapshot.aggregatesForDiff(this.#snapshot.interfaceDefinitions());
    // DevTools keeps differences by the number of the older snapshot; each pair here gets its own.
    const changes = this.#snapshot.calculateSnapshotDiff(nextPair++, aggregates);
    return Object.values(changes).map(({ name, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta }) => ({
      name, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta,
    }));
  }
}

let nextPair = 1;

function filterCalled(name) {
  const filter = new devtools.HeapSnapshotModel.NodeFilter();
  filter.filterName = name;
  return filter;
}
