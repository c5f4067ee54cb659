'use strict';

// Snapshots after equal rounds → what grew by at least the iteration count in every one of them.
//
// Growth is looked for twice. By class, which sees everything but cannot tell a leak from objects
// that came just once for each of several reasons; and by the ways objects are held (`report`), which
// also names what holds them. A class that grew and hangs on nothing that the report accuses is
// looked at way by way.

const { Snapshot } = require('../api/snapshot.js');
const { diff, report } = require('../api/verbs.js');
const { isInternalClass } = require('./internal.js');
const { isOfProgram } = require('./path-text.js');

/** More rows than any heap has classes. */
const ALL = 100_000;
const MOST_SUSPECTS = 100;
/** As many as there can be: what leaks may be few among a heap's strings and functions. */
const MOST_PATHS = 1000;
const MOST_OBJECTS = 50;
/** Objects whose holders are looked for, and holders of each. */
const MOST_REFERRED = 50;
const MOST_REFERRERS = 5;

/** V8 cuts, joins and flattens strings as it likes: a string changes its class and is the same. */
const STRINGS = new Set(['(string)', '(concatenated string)', '(sliced string)']);

/** What V8 holds objects by on its own account: caches, tables and code that it drops when it likes. */
const INTERNAL_TYPES = new Set(['code', 'object shape']);
const INTERNAL_HOLDER =
  /^(system \/ (Feedback|ClosureFeedback|Weak|Script|SharedFunctionInfo|DescriptorArray|TransitionArray|EnumCache|AllocationSite|Map\b)|\((String|Symbol|Internalized|Weak|Code|Compilation|Builtins|Stack roots|Handle scope|feedback|map descriptor|transition|enum cache|script|prototype|code)|V8Inspector|Node \/ (Inspector|HeapSnapshot))/;

/** What the first snapshot of a realm makes: the native methods of Node's stream of it. */
const MADE_BY_FIRST = new Map([['Function', 12]]);

const classKey = (name) => (STRINGS.has(name) ? '(string)' : name);

/** Differences of neighbours. */
const steps = (values) => values.slice(1).map((value, i) => value - values[i]);

/**
 * The snapshots of one measurement. Only they are kept, and they are not in the JavaScript heap: what
 * the series says is asked anew each time, or it would be in the next snapshot and look like growth.
 */
class Series {
  #snapshots = [];
  #iterations;
  #isFirst;

  /** @param {boolean} isFirst whether the first snapshot will be the first of this realm */
  constructor(iterations, isFirst) {
    this.#iterations = iterations;
    this.#isFirst = isFirst;
  }

  get last() {
    return this.#snapshots.at(-1);
  }

  get rounds() {
    return this.#snapshots.length - 1;
  }

  /** Takes over the snapshot. */
  add(snapshot) {
    this.#snapshots.push(snapshot);
  }

  /** Forgets the first snapshot: the next is what the rounds are compared with. */
  dropFirst() {
    this.#snapshots.shift().close();
    this.#isFirst = false;
  }

  /** Whether another round is worth its while. */
  async mayLeak(maxGrowth = Infinity) {
    if (this.grownBytes().every((bytes) => bytes > maxGrowth)) return true;
    if ((await this.mayHaveGrown()).length > 0) return true;
    // Others of a class may happen to go while its objects leak, as the test runner's own promises do: what holds them tells.
    return (await this.grownSuspects()).length > 0;
  }

  /**
   * Classes that grew in every round, at least half as much as a leak does: objects of the class that
   * happen to go while others leak must not hide them. `isCertain` are those that grew enough; of the
   * others only the ways in which their objects are held can tell.
   * @returns {Promise<{ className: string, addedCount: number[], addedBytes: number[], source: object | null, isCertain: boolean }[]>}
   */
  async mayHaveGrown() {
    const tables = [];
    for (const snapshot of this.#snapshots) tables.push(await classTable(snapshot));
    const grown = [];
    for (const [className, { source }] of tables.at(-1)) {
      const rows = tables.map((table) => table.get(className) ?? ABSENT);
      const addedCount = steps(rows.map(({ count }) => count));
      if (this.#isFirst) addedCount[0] -= MADE_BY_FIRST.get(className) ?? 0;
      const addedBytes = steps(rows.map(({ retainedSize }) => retainedSize));
      if (!isGrowth(addedCount, this.#iterations / 2)) continue;
      grown.push({ className, addedCount, addedBytes, source, isCertain: isGrowth(addedCount, this.#iterations) });
    }
    return grown;
  }

  /** What the report accuses of as much. */
  async grownSuspects() {
    const { suspects, inconclusive } = await report(this.#snapshots, { limit: MOST_SUSPECTS, showStrings: true });
    return [...suspects, ...inconclusive].filter(({ addedCount }) => isGrowth(addedCount, this.#iterations));
  }

  /** Bytes of the heap by which it grew in each round, code left out. */
  grownBytes() {
    const sizes = this.#snapshots.map((snapshot) => {
      const { total, v8heap } = Snapshot.askNow(snapshot, { ask: 'summary' }).statistics;
      return total - v8heap.code;
    });
    return steps(sizes);
  }

  /** The ways in which objects of a class are held that grew enough in every round, as they are in the last snapshot. */
  async grownPaths(className) {
    const grown = await grownPaths(this.#snapshots, className, this.#iterations);
    // A path of nothing but the class stands for all that V8 itself holds, whichever of its tables the steps go through.
    return grown.filter((path) => path.text !== className && !isInternal(path));
  }

  /** The objects that retain most of what came since the first snapshot: new ones, and old ones that grew. */
  async grownObjects() {
    const found = [];
    for (const mode of ['new', 'grown']) {
      const nodes = await this.#changed(mode, MOST_OBJECTS, { paths: true });
      found.push(...nodes.filter((node) => node.type === 'object' && !isInternalClass(node.className) && isOfProgram(node.path)));
    }
    return found.sort((a, b) => b.growth - a.growth);
  }

  /**
   * What refers to most of the new objects of a class, where the shortest paths to them go through
   * V8's own tables, as those to the keys of an object do.
   */
  async referrers(className) {
    const nodes = await this.#changed('new', ALL);
    const objects = nodes.filter((node) => classKey(node.className) === className).slice(0, MOST_REFERRED);
    const found = new Map();
    for (const { id } of objects) {
      const { items } = await this.last.retainers(id, { limit: MOST_REFERRERS });
      for (const { node } of items) found.set(node.id, { node, count: (found.get(node.id)?.count ?? 0) + 1 });
    }
    const holders = [];
    for (const { node, count } of found.values()) {
      if (count * 2 <= objects.length) continue;
      const { paths } = await this.last.retainingPaths(node.id, { limit: 1 });
      if (isOfProgram(paths[0]?.text) && !isInternal(paths[0])) holders.push({ className: node.className, path: paths[0].text });
    }
    return holders;
  }

  async #changed(mode, limit, options) {
    const { nodes } = await diff(this.#snapshots[0], this.last, { mode, limit, ...options });
    return nodes;
  }

  close() {
    for (const snapshot of this.#snapshots) snapshot.close();
  }
}

function isGrowth(added, least) {
  return added.length > 0 && added.every((count) => count >= least);
}

const ABSENT = { count: 0, retainedSize: 0, source: null };

/** The classes of a snapshot that a program can do something about, by name. */
async function classTable(snapshot) {
  const { classes } = await snapshot.classes({ limit: ALL });
  const table = new Map();
  for (const { name, count, retainedSize, source } of classes) {
    if (isInternalClass(name)) continue;
    const key = classKey(name);
    const known = table.get(key) ?? ABSENT;
    table.set(key, {
      count: count + known.count,
      retainedSize: retainedSize + known.retainedSize,
      source: source ?? known.source,
    });
  }
  return table;
}

/**
 * The ways in which objects of a class are held, of which there are at least `least` more in each snapshot than in
 * the one before. `added` has how many.
 */
async function grownPaths(snapshots, className, least) {
  const paths = [];
  for (const snapshot of snapshots) paths.push(await pathsOf(snapshot, className));
  const counts = paths.map(countByText);
  const added = (text) => steps(counts.map((each) => each.get(text) ?? 0));
  return paths.at(-1).map((path) => ({ ...path, added: added(path.text) })).filter((path) => isGrowth(path.added, least));
}

/** Objects by the text of their path: ways through other objects of the same names may read the same. */
function countByText(paths) {
  const counts = new Map();
  for (const { text, count } of paths) counts.set(text, (counts.get(text) ?? 0) + count);
  return counts;
}

async function pathsOf(snapshot, className) {
  const { total } = await snapshot.classes({ name: className, limit: 0 });
  if (total === 0) return [];
  const { paths } = await snapshot.retainingPaths(className, { limit: MOST_PATHS });
  return paths;
}

/** Whether a way goes through what V8 holds on its own account. */
function isInternal({ steps: way }) {
  return way.some(({ nodeType, nodeName }) => INTERNAL_TYPES.has(nodeType) || INTERNAL_HOLDER.test(nodeName));
}

module.exports = { Series, grownPaths, isInternal };
