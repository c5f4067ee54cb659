// An engine that answers from the data in an HTML report.
//
// `lib/view/embed.js` writes the data. Classes are sorted and filtered here, the treemap is zoomed, and trees of
// retainers are assembled; everything else is looked up by question and object.

import type { ClassRow, DominatorRow, FilterResult, NodeRow, Tree, TreeItem } from '../../../index.js';
import { HeaprayError } from '../../../lib/api/heapray-error.js';
import { classPage } from '../model/class-page.js';
import type { Client, OpenSnapshot, Question } from '../model/engine.js';

export interface Embedded {
  snapshots: OpenSnapshot[];
  /** The largest classes of the last snapshot. */
  classes: ClassRow[];
  /** The top of its dominator tree. */
  tree: DominatorRow;
  /** `report`, and answers about objects, such as `node 123`. */
  answers: Record<string, unknown>;
}

const NOT_HERE = 'This report contains only the largest objects: open the snapshot with `heapray view` to see the rest.';

export function embeddedClient({ snapshots, classes, tree, answers }: Embedded): Client {
  return {
    list: async () => snapshots,
    async ask(_, question) {
      if (question.ask === 'classes') return classPage(classes, question);
      if (question.ask === 'dominatorTree') return orRefuse(rowIn(tree, Number(question['root'])));
      if (question.ask === 'filter') return held(answers, question);
      const object = question['id'] ?? question['of'] ?? question['class'];
      return complete(orRefuse(answers[object === undefined ? question.ask : `${question.ask} ${object}`]), question);
    },
    async open() {
      throw new HeaprayError('ERR_CLOSED', NOT_HERE);
    },
    async close() {},
  };
}

function orRefuse<T>(answer: T | undefined): T {
  if (answer === undefined) throw new HeaprayError('ERR_CLOSED', NOT_HERE);
  return answer;
}

/** Adds the number of missing rows to lists. */
function complete(answer: unknown, { ask }: Question): unknown {
  if (!['references', 'retainers', 'dominated', 'classInstances'].includes(ask)) return answer;
  const page = answer as Partial<FilterResult> & { items?: unknown[]; total: number };
  const rows = (page.items ?? page.nodes ?? []).length;
  return { ...page, total: rows, missing: page.total - rows };
}

function rowIn(tree: DominatorRow, id: number): DominatorRow | undefined {
  const waiting = [tree];
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    if (row.id === id) return row;
    waiting.push(...row.children);
  }
  return undefined;
}

/** The most items of a tree, as in the core. */
const MAX_ITEMS = 10_000;

/** The retainers of an object, level by level, as far as the report contains them. */
function held(answers: Record<string, unknown>, { id, retainers }: Question): Pick<FilterResult, 'total' | 'nodes'> {
  const [target] = id as [number];
  const { depth, limit } = retainers as { depth: number; limit: number };
  const node: NodeRow = { ...orRefuse(answers[`node ${target}`] as NodeRow | undefined) };
  let level = [{ node, above: [target] }];
  let room = MAX_ITEMS;
  for (let deep = 0; deep < depth; deep += 1) {
    const next: typeof level = [];
    for (const { node: below, above } of level) {
      const page = answers[`retainers ${below.id}`] as { total: number; items: TreeItem[] } | undefined;
      if (page === undefined || room <= 0) continue;
      const items = page.items.slice(0, limit).map((item) => ({ ...item, node: { ...item.node } }));
      room -= items.length;
      below.retainers = { items, omitted: page.total - items.length } satisfies Tree;
      for (const item of items) {
        if (!above.includes(item.node.id)) next.push({ node: item.node, above: [...above, item.node.id] });
      }
    }
    level = next;
  }
  return { total: 1, nodes: [node] };
}
