// A snapshot through heapray's public JavaScript API: the same questions as devtools.mjs.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const heapray = require('../../index.js');
const { Snapshot } = require('../../lib/api/snapshot.js');

const columnNames = ['id', 'type', 'selfSize', 'retainedSize', 'distance', 'dominator', 'detached', 'edgeCount', 'class'];
const classesPerPage = 1000;
const nodesPerPage = 100_000;
/** DevTools shows every name. */
const showStrings = true;

/** heapray's answers in the shape that compare.mjs wants. */
export class HeaprayView {
  /** The snapshot, for questions that only heapray answers. */
  snapshot;
  /** Typed arrays in node order; `class` holds {@link HeaprayView.classKeys} numbers. */
  columns;
  /** Class number → DevTools' key; classes without a sized instance have none. */
  classKeys;

  static async load(source) {
    const view = new HeaprayView();
    view.snapshot = await heapray.parse(source);
    view.columns = await view.snapshot.columns(columnNames);
    view.classKeys = new Map((await view.#classRows()).map((row) => [row.index, keyOf(row)]));
    return view;
  }

  get nodeCount() {
    return this.snapshot.nodeCount;
  }

  get edgeCount() {
    return this.snapshot.edgeCount;
  }

  get totalSize() {
    return this.snapshot.totalSize;
  }

  get statistics() {
    return this.snapshot.statistics;
  }

  #classRows(filter) {
    return everyPage((offset) => this.snapshot.classes({ filter, limit: classesPerPage, offset, showStrings }), 'classes');
  }

  /** Class key → totals, of all nodes or of those a named filter keeps; a key that comes twice is an error. */
  async classTotals(filterName) {
    const totals = new Map();
    for (const row of await this.#classRows(filterName)) {
      const key = keyOf(row);
      if (totals.has(key)) throw new Error(`heapray lists the class ${JSON.stringify(key)} twice`);
      const { count, distance, selfSize, retainedSize } = row;
      totals.set(key, { count, distance, selfSize, retainedSize });
    }
    return totals;
  }

  /** Rows of all nodes by ascending id, of those with one of `ids`, or of those a named filter keeps. */
  rows({ ids, filter, edges } = {}) {
    const query = { id: ids, filter, edges, sort: 'id', order: 'ascending', limit: nodesPerPage, showStrings };
    return everyPage((offset) => heapray.filter(this.snapshot, { ...query, offset }), 'nodes');
  }

  /** Ids a named filter keeps, ascending. */
  async filtered(filter) {
    return (await this.rows({ filter })).map(({ id }) => id);
  }

  /** The allocation timeline: `[milliseconds, last id, bytes]`. */
  async samples() {
    const samples = await this.snapshot.samples();
    return samples.map(({ timestampMs, lastAssignedId, size }) => [timestampMs, lastAssignedId, size]);
  }

  /** What was allocated while tracking, by function. */
  allocations() {
    return everyPage((offset) => this.snapshot.allocations({ limit: classesPerPage, offset, showStrings }), 'functions');
  }

  /** What was allocated while tracking, by stack. */
  allocationStacks() {
    return everyPage((offset) => this.snapshot.allocations({ by: 'stack', limit: classesPerPage, offset, showStrings }), 'stacks');
  }

  /** Variables of contexts that no live function reads: `context id, name, value id` of each. */
  async deadFields() {
    const question = { ask: 'deadFields', limit: nodesPerPage };
    const fields = await everyPage(async (offset) => Snapshot.askNow(this.snapshot, { ...question, offset }), 'fields');
    return fields.map(({ context, variable, value }) => `${context} ${variable} ${value}`);
  }

  /** DevTools' comparison with an older snapshot, one entry for each class that changed. */
  changesSince(before) {
    const page = (offset) => heapray.diff(before.snapshot, this.snapshot, { limit: classesPerPage, offset, showStrings });
    return everyPage(page, 'classes');
  }

  close() {
    this.snapshot.close();
  }
}

async function everyPage(page, field) {
  const rows = [];
  let next = 0;
  while (next !== null) {
    const result = await page(next);
    rows.push(...result[field]);
    if (result.next !== null && result.next <= next) throw new Error(`page ${next} leads back to ${result.next}`);
    next = result.next;
  }
  return rows;
}

// heapray counts lines and columns from 1, DevTools' key from 0.
function keyOf({ name, source }) {
  return source ? `${source.scriptId},${source.line - 1},${source.column - 1},${name}` : `,${name}`;
}
