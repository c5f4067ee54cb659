// Row sources for paged questions of the API.

import type { DiffMode, DiffResult, FilterResult, NodeDiffRow, NodeRow, TreeItem } from '../../../index.js';
import { ask } from './app.js';
import type { Engine, Question } from './engine.js';
import type { Source } from './rows.js';

/** A row of a tree of objects: the object, and the reference to it if there is one. */
export interface ObjectRow<Node extends NodeRow = NodeRow> {
  node: Node;
  item?: TreeItem;
  /** Whether the object is its own ancestor in the tree. */
  isCycle?: boolean;
  /** The ids of its ancestors in the tree and its own. */
  ancestors: readonly number[];
}

type Children = (row: ObjectRow) => Source<ObjectRow> | undefined;

function paged<Answer extends { total: number; missing?: number }>(engine: Engine, snapshot: number, question: Question, rowsOf: (answer: Answer) => ObjectRow[]): Source<ObjectRow> {
  return {
    async load(offset, limit) {
      const answer = await ask<Answer>(engine, [snapshot], { ...question, offset, limit });
      return { ...answer, rows: rowsOf(answer) };
    },
  };
}

/** The nodes that a question lists. */
export function nodesOf(engine: Engine, snapshot: number, question: Question, ancestors: readonly number[] = []): Source<ObjectRow> {
  return paged<FilterResult>(engine, snapshot, question, ({ nodes }) => nodes.map((node) => ({ node, ancestors: [...ancestors, node.id] })));
}

/** The references or retainers of a node. */
export function neighbours(engine: Engine, snapshot: number, of: 'references' | 'retainers', id: number, ancestors: readonly number[] = [id]): Source<ObjectRow> {
  return paged<{ total: number; items: TreeItem[] }>(engine, snapshot, { ask: of, id }, ({ items }) =>
    items.map((item) => ({ node: item.node, item, isCycle: ancestors.includes(item.node.id), ancestors: [...ancestors, item.node.id] })),
  );
}

/** Opens rows to their references or retainers, except for cycles. */
export function openTo(engine: Engine, snapshot: number, of: 'references' | 'retainers'): Children {
  return ({ node, isCycle, ancestors }) => {
    if (isCycle || (of === 'references' && node.edgeCount === 0)) return undefined;
    return neighbours(engine, snapshot, of, node.id, ancestors);
  };
}

/** Opens rows to the objects that they dominate. */
export function openToDominated(engine: Engine, snapshot: number): Children {
  return ({ node, ancestors }) => {
    if (node.retainedSize === node.selfSize) return undefined;
    return nodesOf(engine, snapshot, { ask: 'dominated', id: node.id }, ancestors);
  };
}

/** The changed objects of one class between two snapshots. */
export function changedNodes(engine: Engine, snapshots: [before: number, after: number], mode: DiffMode, index: number): Source<ObjectRow<NodeDiffRow>> {
  return {
    async load(offset, limit) {
      const { total, nodes = [] } = await ask<DiffResult>(engine, snapshots, { ask: 'diff', mode, class: index, offset, limit });
      return { total, rows: nodes.map((node) => ({ node, ancestors: [node.id] })) };
    },
  };
}
