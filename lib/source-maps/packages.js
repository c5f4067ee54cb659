'use strict';

/**
 * What packages retain, of programs into which a bundler has put them: the package of a function or class is that of its
 * original. Sums are those of the core: an object without a place counts for the package that retains it, and within a package
 * nothing is counted twice.
 */

const { isOfProgram } = require('./mapper.js');
const { asked } = require('./questions.js');

/** Functions that are looked at, and classes. */
const MAX_FUNCTIONS = 500_000;
const PAGE = 100_000;

const COLUMNS = ['id', 'type', 'class', 'dominator', 'retainedSize'];
const NONE = -1;

/** The package to which a script belongs: the name after the last `node_modules`; `null` for the program's own. */
function packageOf(script) {
  const parts = script.split(/[\\/]/);
  const at = parts.lastIndexOf('node_modules');
  if (at === -1 || at === parts.length - 1) return null;
  return parts.slice(at + 1, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

/**
 * @param {{ byPackage: object[], totals: { size: number } }} report whose `byPackage` is replaced
 * @param {{ mapper: import('./mapper.js').Mapper, scripts: string[], limit?: number }} about `scripts`: those of the answer
 */
function* mapPackages(report, { mapper, scripts, limit = 10 }) {
  const { scripts: others } = yield* asked({ ask: 'scripts' });
  const own = [...new Set([...scripts, ...others])].filter((name) => packageOf(name) === null);
  if (own.filter((name) => mapper.hasPackages(name)).length === 0) return;
  const { classes } = yield* asked({ ask: 'classes', limit: PAGE, showStrings: false });
  const functions = yield* functionsOf(mapper);
  if (functions === undefined) return;
  mapper.prepare([...classes, ...functions].map(({ source }) => source).filter((source) => mapper.hasPackages(source?.script)));
  const sums = new Sums(mapper);
  sums.add(classes, functions, yield* asked({ columns: COLUMNS }));
  report.byPackage = sums.rows(report.totals.size).slice(0, limit);
}

function* functionsOf(mapper) {
  const functions = [];
  for (let offset = 0; offset !== null; ) {
    const { total, nodes, next } = yield* asked({ ask: 'filter', type: ['closure'], script: true, sort: 'id', offset, limit: PAGE, showStrings: false });
    if (total > MAX_FUNCTIONS) {
      mapper.warn(`there are more than ${MAX_FUNCTIONS} functions: packages are those of the scripts, not of their sources`);
      return undefined;
    }
    for (const { id, source } of nodes) functions.push({ id, source });
    offset = next;
  }
  return functions;
}

class Sums {
  #mapper;
  /** Positions of packages. @type {Map<string | null, number>} */
  #index = new Map();
  #counts = [];
  #retained = [];

  constructor(mapper) {
    this.#mapper = mapper;
  }

  add(classes, functions, columns) {
    const { id, type, class: classOf, dominator, retainedSize } = columns;
    const ofClass = new Int32Array(classes.reduce((most, { index }) => Math.max(most, index + 1), 0)).fill(NONE);
    for (const { index, source } of classes) ofClass[index] = this.#packageAt(source);
    const ofFunction = new Map(functions.map((each) => [each.id, this.#packageAt(each.source)]));
    const closure = type[id.findIndex((each) => ofFunction.has(each))];
    const packageAt = (at) => (type[at] === closure ? (ofFunction.get(id[at]) ?? NONE) : (ofClass[classOf[at]] ?? NONE));
    const covered = this.#counts.map(() => 0);
    const tree = new Preorder(dominator);
    for (let place = 0; place < tree.nodes.length; place += 1) {
      const at = tree.nodes[place];
      const of = packageAt(at);
      if (of === NONE) continue;
      this.#counts[of] += 1;
      if (place < covered[of]) continue;
      this.#retained[of] += retainedSize[at];
      covered[of] = place + tree.sizes[at];
    }
  }

  /** Those that retain most first. */
  rows(total) {
    const rows = [...this.#index].map(([name, at]) => {
      const retainedSize = this.#retained[at];
      return { name, count: this.#counts[at], retainedSize, percent: total === 0 ? 0 : (retainedSize / total) * 100 };
    });
    return rows.filter(({ count }) => count > 0).sort((a, b) => b.retainedSize - a.retainedSize || (a.name ?? '').localeCompare(b.name ?? ''));
  }

  /** The package of a place; code of the runtime has none. */
  #packageAt(source) {
    if (!isOfProgram(source?.script)) return NONE;
    const place = source.line === null ? undefined : this.#mapper.script(source)?.place(source);
    const name = packageOf((place ?? source).script);
    if (!this.#index.has(name)) {
      this.#index.set(name, this.#counts.length);
      this.#counts.push(0);
      this.#retained.push(0);
    }
    return this.#index.get(name);
  }
}

/** The dominator tree: `nodes` in preorder, `sizes` of subtrees by node. */
class Preorder {
  constructor(dominator) {
    const count = dominator.length;
    const first = new Int32Array(count).fill(NONE);
    const following = new Int32Array(count).fill(NONE);
    const roots = [];
    for (let at = count - 1; at >= 0; at -= 1) {
      if (dominator[at] === at || dominator[at] >= count) roots.push(at);
      else {
        following[at] = first[dominator[at]];
        first[dominator[at]] = at;
      }
    }
    this.nodes = new Uint32Array(count);
    this.sizes = new Uint32Array(count).fill(1);
    let length = 0;
    for (const rest = roots; rest.length > 0; ) {
      const at = rest.pop();
      this.nodes[length] = at;
      length += 1;
      for (let child = first[at]; child !== NONE; child = following[child]) rest.push(child);
    }
    for (let place = length - 1; place > 0; place -= 1) {
      const at = this.nodes[place];
      if (dominator[at] !== at && dominator[at] < count) this.sizes[dominator[at]] += this.sizes[at];
    }
  }
}

module.exports = { mapPackages, packageOf };
