// Every number of a snapshot, DevTools' against heapray's.

const columns = ['id', 'type', 'selfSize', 'retainedSize', 'distance', 'dominator', 'detached', 'edgeCount'];
const textsOfAllUpTo = 200_000;
const sampledTexts = 20_000;
const sampledEdgeLists = 200;

/**
 * Compares one snapshot.
 *
 * @param {{ asShipped, judge, reasons: Set<string> }} oracle what devtools.mjs loaded
 * @param heapray the same snapshot as a HeaprayView
 * @param {import('./tally.mjs').Tally} tally
 */
export async function compareSnapshot(oracle, heapray, tally) {
  const { judge } = oracle;
  tally.count('files');
  tally.equal('node count', judge.nodeCount, heapray.nodeCount, () => 'file');
  tally.equal('edge count', judge.edgeCount, heapray.edgeCount, () => 'file');
  tally.equal('total size', judge.totalSize, heapray.totalSize, () => 'file');
  compareLeaves('statistics', judge.statistics, heapray.statistics, tally);
  if (judge.nodeCount !== heapray.nodeCount) return;
  compareColumns(judge.columns, heapray, tally);
  await compareTexts(judge, heapray, tally);
  await compareEdges(judge, heapray, tally);
  await compareTimeline(judge, heapray, tally);
  await compareDeadFields(judge, heapray, tally);
  const names = filterNames(judge, tally);
  for (const name of [undefined, ...names]) await compareClasses(judge, heapray, name, tally);
  for (const name of names) await compareFiltered(judge, heapray, name, tally);
  countExemptions(oracle, tally);
}

/** DevTools' comparison of two snapshots. */
export async function compareChanges(judges, views, tally) {
  const text = (row) => JSON.stringify([row.name, row.addedCount, row.removedCount, row.countDelta, row.addedSize, row.removedSize, row.sizeDelta]);
  // Classes of one name but of different scripts are rows of their own: compare as sorted lists.
  const expected = judges[1].changesSince(judges[0]).map(text).sort();
  const actual = (await views[1].changesSince(views[0])).map(text).sort();
  tally.count('pairs');
  tally.count('changed classes', expected.length);
  tally.equal('changed classes', expected.length, actual.length, () => 'pair');
  const [missing, extra] = [difference(expected, actual), difference(actual, expected)];
  for (const row of missing) tally.mismatch('change', () => `only DevTools has ${row}`);
  for (const row of extra) tally.mismatch('change', () => `only heapray has ${row}`);
  tally.count('values', 7 * expected.length);
}

function compareLeaves(path, expected, actual, tally) {
  if (typeof expected !== 'object') return tally.equal(path, expected, actual, () => 'file');
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual ?? {})])) {
    compareLeaves(`${path}.${key}`, expected[key], actual?.[key], tally);
  }
}

function compareColumns(expected, heapray, tally) {
  const actual = heapray.columns;
  const count = expected.id.length;
  const node = (i) => `@${expected.id[i]} (node ${i})`;
  tally.count('nodes', count);
  for (const name of columns) {
    tally.count('values', count);
    for (let i = 0; i < count; i++) {
      if (expected[name][i] === actual[name][i]) continue;
      tally.mismatch(name, () => `${node(i)}: DevTools ${expected[name][i]}, heapray ${actual[name][i]}`);
    }
  }
  compareClassOfNodes(expected, heapray, node, tally);
}

// Classes without a sized instance are in no list: there heapray's number has to mean one key, and the key one number.
function compareClassOfNodes(expected, heapray, node, tally) {
  const keys = new Map(heapray.classKeys);
  const numbers = new Map([...keys].map(([number, key]) => [key, number]));
  const count = expected.id.length;
  tally.count('values', count);
  for (let i = 0; i < count; i++) {
    const key = expected.classKey[i];
    const number = heapray.columns.class[i];
    if (!keys.has(number) && !numbers.has(key)) {
      keys.set(number, key);
      numbers.set(key, number);
    }
    if (keys.get(number) === key) continue;
    tally.mismatch('class', () => `${node(i)}: DevTools ${key}, heapray ${keys.get(number) ?? `number ${number}`}`);
  }
}

async function compareTexts(judge, heapray, tally) {
  const all = judge.nodeCount <= textsOfAllUpTo;
  const ordinals = byId(judge.columns.id, all ? judge.nodeCount : sampledTexts);
  const rows = await heapray.rows(all ? {} : { ids: ordinals.map((i) => judge.columns.id[i]) });
  tally.equal('nodes listed', ordinals.length, rows.length, () => 'file');
  tally.count('names', ordinals.length);
  let endless = 0;
  rows.forEach((row, i) => {
    const { id, selfSize, retainedSize, distance } = judge.columns;
    const ordinal = ordinals[i];
    const expected = judge.row(ordinal);
    if (expected.name === null) endless++;
    else tally.equal('display name', expected.name, row.name, () => `@${id[ordinal]}`);
    tally.equal('type name', expected.type, row.type, () => `@${id[ordinal]}`);
    tally.equal('class name', expected.className, row.className, () => `@${id[ordinal]}`);
    tally.equal('id of row', id[ordinal], row.id, () => `row ${i}`);
    tally.equal('self size of row', selfSize[ordinal], row.selfSize, () => `@${row.id}`);
    tally.equal('retained size of row', retainedSize[ordinal], row.retainedSize, () => `@${row.id}`);
    tally.equal('distance of row', distance[ordinal], row.distance, () => `@${row.id}`);
    tally.equal('detachedness of row', judge.columns.detached[ordinal] === 2, row.detached, () => `@${row.id}`);
  });
  tally.exempt('cyclic-string', 'nodes', endless);
}

async function compareEdges(judge, heapray, tally) {
  const ordinals = byId(judge.columns.id, sampledEdgeLists);
  const rows = await heapray.rows({ ids: ordinals.map((i) => judge.columns.id[i]), edges: true });
  const text = (edges) => JSON.stringify(edges.map(String).sort());
  rows.forEach((row, i) => {
    const expected = judge.edges(ordinals[i]);
    tally.count('edges', expected.length);
    const actual = row.edges.map(({ type, name, to }) => [type, name, to]);
    tally.equal('references', text(expected), text(actual), () => `@${row.id}`);
  });
}

// Ordinals of up to `most` nodes, spread evenly, by ascending id as heapray lists them.
function byId(ids, most) {
  const step = Math.max(1, Math.ceil(ids.length / most));
  const ordinals = Array.from({ length: Math.ceil(ids.length / step) }, (_, i) => i * step);
  return ordinals.sort((a, b) => ids[a] - ids[b] || a - b);
}

async function compareTimeline(judge, heapray, tally) {
  const samples = judge.samples();
  tally.count('samples', samples.length);
  tally.equal('samples', JSON.stringify(samples), JSON.stringify(await heapray.samples()), () => 'file');
  const text = ({ functionName, name, count, size, liveCount, liveSize }) =>
    JSON.stringify([functionName ?? name, count, size, liveCount, liveSize]);
  const expected = judge.allocations().map(text).sort();
  if (expected.length === 0) return;
  const actual = (await heapray.allocations()).map(text).sort();
  tally.count('functions', expected.length);
  for (const row of difference(expected, actual)) tally.mismatch('allocations', () => `only DevTools has ${row}`);
  for (const row of difference(actual, expected)) tally.mismatch('allocations', () => `only heapray has ${row}`);
  compareStacks(callsOf(judge.allocationCalls()), callsOf(stackCalls(await heapray.allocationStacks())), tally);
}

/** Chains of calls with their sums; different functions of equal names are one here. */
function callsOf(calls) {
  const sums = new Map();
  for (const [chain, { count, size, liveCount, liveSize }] of calls) {
    const key = chain.join(' < ');
    const sum = sums.get(key) ?? [0, 0, 0, 0];
    sums.set(key, [sum[0] + count, sum[1] + size, sum[2] + liveCount, sum[3] + liveSize]);
  }
  return sums;
}

/** Each stack counts for all its beginnings; DevTools' end in the root of the tree. */
function stackCalls(stacks) {
  return stacks.flatMap(({ stack, ...sums }) => {
    const names = [...stack.map(({ functionName }) => functionName), '(root)'];
    return names.map((_, last) => [names.slice(0, last + 1), sums]);
  });
}

function compareStacks(expected, actual, tally) {
  tally.count('calls of stacks', expected.size);
  for (const key of new Set([...expected.keys(), ...actual.keys()])) {
    tally.equal('calls of stacks', String(expected.get(key)), String(actual.get(key)), () => key);
  }
}

async function compareDeadFields(judge, heapray, tally) {
  const expected = judge.deadFields();
  const actual = await heapray.deadFields();
  tally.count('dead variables of contexts', expected.length);
  for (const field of difference(expected, actual)) tally.mismatch('dead variable', () => `only DevTools has ${field}`);
  for (const field of difference(actual, expected)) tally.mismatch('dead variable', () => `only heapray has ${field}`);
}

function filterNames(judge, tally) {
  const names = judge.filterNames();
  if (judge.endlessStrings().size === 0) return names;
  tally.exempt('cyclic-string', 'filters');
  return names.filter((name) => name !== 'duplicatedStrings');
}

async function compareClasses(judge, heapray, filterName, tally) {
  const kind = filterName ? `filter ${filterName}: ` : '';
  const expected = judge.classTotals(filterName);
  const actual = await heapray.classTotals(filterName);
  tally.count(filterName ? 'filtered classes' : 'classes', expected.size);
  for (const key of new Set([...expected.keys(), ...actual.keys()])) {
    for (const value of ['count', 'distance', 'selfSize', 'retainedSize']) {
      tally.equal(`${kind}class ${value}`, expected.get(key)?.[value], actual.get(key)?.[value], () => key);
    }
  }
}

async function compareFiltered(judge, heapray, filterName, tally) {
  const expected = judge.filtered(filterName);
  const actual = await heapray.filtered(filterName);
  tally.count('filters');
  tally.equal(`filter ${filterName}: nodes`, expected.length, actual.length, () => 'file');
  for (const id of difference(expected, actual)) tally.mismatch(`filter ${filterName}`, () => `only DevTools keeps @${id}`);
  for (const id of difference(actual, expected)) tally.mismatch(`filter ${filterName}`, () => `only heapray keeps @${id}`);
  tally.count('values', expected.length);
}

// What is in `a` but not in `b`, counting repetitions.
function difference(a, b) {
  const left = new Map();
  for (const item of b) left.set(item, (left.get(item) ?? 0) + 1);
  return a.filter((item) => {
    const more = left.get(item) ?? 0;
    left.set(item, more - 1);
    return more <= 0;
  });
}

// A node or class is exempt when DevTools as shipped says something else than DevTools mended.
function countExemptions({ asShipped, judge, error, reasons }, tally) {
  if (error) return tally.exempt(reasons.has('function-count') ? 'function-count' : 'cannot-open', 'files');
  if (asShipped === judge) return;
  tally.exempt('negative-number', 'edges', judge.negativeIndexCount());
  const [shipped, mended] = [asShipped.columns, judge.columns];
  for (let i = 0; i < judge.nodeCount; i++) {
    const differs = (name) => shipped[name][i] !== mended[name][i];
    if (differs('selfSize') || differs('retainedSize')) tally.exempt('size-over-4-gib', 'nodes');
    else if (columns.some(differs)) tally.exempt('negative-number', 'nodes');
    else if (differs('classKey')) tally.exempt('root-not-first', 'nodes');
  }
  const [shippedTotals, mendedTotals] = [asShipped.classTotals(), judge.classTotals()];
  for (const [key, totals] of mendedTotals) {
    if (JSON.stringify(shippedTotals.get(key)) === JSON.stringify(totals)) continue;
    const likely = ['root-not-first', 'equal-class-text', 'size-over-4-gib'].find((name) => reasons.has(name));
    tally.exempt(likely ?? 'negative-number', 'classes');
  }
}
