'use strict';

// Snapshots after equal rounds → what grew by at least the iteration count in every one of them.
//
// Growth is looked for twice. By class, which sees everything but cannot tell a leak from objects
// that came just once for each of several reasons; and by the ways objects are held (`report`), which
// also names what holds them. A class that grew and hangs on nothing that the report accuses is
// looked at way by way.

const { Snapshot } = require('../snapshot.js');
const { diff, report } = require('../verbs.js');
const { isInternalClass } = require('./internal.js');
const { isOfProgram } = require('./path-text.js');

/** More rows than any heap has classes. */
const ALL = 100_000;
const MOST_SUSPECTS = 100;
const MOST_PATHS = 100;
const MOST_OBJECTS = 50;

/** V8 cuts, joins and flattens strings as it likes: a string changes its class and is the same. */
const STRINGS = new Set(['(string)', '(concatenated string)', '(sliced string)']);

/** What V8 holds objects by on its own account: caches, tables and code that it drops when it likes. */
const INTERNAL_TYPES = new Set(['code', 'object shape']);
const INTERNAL_HOLDER =
  /^(system \/ (Feedback|ClosureFeedback|Weak|Script|SharedFunctionInfo|DescriptorArray|TransitionArray|EnumCache|AllocationSite|Map\b)|\((String|Symbol|Internalized|Weak|Code|Compilation|Builtins|Stack roots|Handle scope|feedback|map descriptor|transition|enum cache|script|prototype|code)|V8Inspector|Node \/ (Inspector|HeapSnapshot))/;

/** Differences of neighbours. */
const steps = (values) => values.slice(1).map((value, i) => value - values[i]);

/**
 * The snapshots of one measurement. Only they are kept, and they are not in the JavaScript heap: what
 * the series says is asked anew each time, or it would be in the next snapshot and look like growth.
 */
class Series {
  #snapshots = [];
  #iterations;

  constructor(iterations) {
    this.#iterations = iterations;
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

  /**
   * Whether another round is worth its while. Objects of a class that happen to go while others leak
   * must not hide them, so that half the growth is enough here.
   */
  async mayLeak(maxGrowth = Infinity) {
    if (this.grownBytes().every((bytes) => bytes > maxGrowth)) return true;
    return (await this.grownClasses(this.#iterations / 2)).length > 0;
  }

  /**
   * Classes that grew enough in every round.
   * @returns {Promise<{ className: string, addedCount: number[], addedBytes: number[], source: object | null }[]>}
   */
  async grownClasses(least = this.#iterations) {
    const tables = [];
    for (const snapshot of this.#snapshots) tables.push(await classTable(snapshot));
    const grown = [];
    for (const [className, { source }] of tables.at(-1)) {
      const rows = tables.map((table) => table.get(className) ?? ABSENT);
      const addedCount = steps(rows.map(({ count }) => count));
      const addedBytes = steps(rows.map(({ retainedSize }) => retainedSize));
      if (isGrowth(addedCount, least)) grown.push({ className, addedCount, addedBytes, source });
    }
    return grown;
  }

  /** What the report accuses of as much. */
  async grownSuspects() {
    const { suspects } = await report(this.#snapshots, { limit: MOST_SUSPECTS, showStrings: true });
    return suspects.filter(({ addedCount }) => isGrowth(addedCount, this.#iterations));
  }

  /** Bytes of the heap by which it grew in each round, code left out. */
  grownBytes() {
    const sizes = this.#snapshots.map((snapshot) => {
      const { total, v8heap } = Snapshot.askNow(snapshot, { ask: 'summary' }).statistics;
      return total - v8heap.code;
    });
    return steps(sizes);
  }

  /** The ways in which objects of a class are held that grew enough from the first snapshot to the last. */
  async grownPaths(className) {
    const [first, last] = [await pathsOf(this.#snapshots[0], className), await pathsOf(this.last, className)];
    const before = new Map(first.map(({ text, count }) => [text, count]));
    const least = this.#iterations * this.rounds;
    return last.filter(({ text, count, steps: way }) => !isInternal(way) && count - (before.get(text) ?? 0) >= least);
  }

  /** The objects that retain most of what came since the first snapshot: new ones, and old ones that grew. */
  async grownObjects() {
    const [first] = this.#snapshots;
    const found = [];
    for (const mode of ['new', 'grown']) {
      const { nodes } = await diff(first, this.last, { mode, paths: true, limit: MOST_OBJECTS });
      found.push(...nodes.filter((node) => node.type === 'object' && !isInternalClass(node.className) && isOfProgram(node.path)));
    }
    return found.sort((a, b) => b.growth - a.growth);
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
    const key = STRINGS.has(name) ? '(string)' : name;
    const known = table.get(key) ?? ABSENT;
    table.set(key, {
      count: count + known.count,
      retainedSize: retainedSize + known.retainedSize,
      source: source ?? known.source,
    });
  }
  return table;
}

async function pathsOf(snapshot, className) {
  const { total } = await snapshot.classes({ name: className, limit: 0 });
  if (total === 0) return [];
  const { paths } = await snapshot.retainingPaths(className, { limit: MOST_PATHS });
  return paths;
}

function isInternal(way) {
  return way.some(({ nodeType, nodeName }) => INTERNAL_TYPES.has(nodeType) || INTERNAL_HOLDER.test(nodeName));
}

module.exports = { Series };
