// Lays out the retainers of an object as a graph in columns: each retainer once, at its shortest distance.

import type { NodeRow, Tree, TreeItem } from '../../../index.js';

export interface HolderOptions {
  /** Leave out V8's internal objects: their retainers are drawn as those of the objects they retain. */
  hideInternals: boolean;
  /** Leave out objects without a matching script in the same way. */
  inSource: (script: string) => boolean;
}

export interface Holder {
  node: NodeRow;
  /** Steps from the object. */
  column: number;
  /** Position within the column. */
  place: number;
  /** The number of retainers beyond the limit. */
  omitted: number;
}

export interface Hold {
  from: number;
  to: number;
  /** The names of the references, joined if the path leads through hidden objects. */
  label: string;
  isDirect: boolean;
}

export interface HolderGraph {
  holders: Holder[];
  holds: Hold[];
}

/** The most retainers that can be read. */
const MAX_HOLDERS = 150;

/** Formats a reference; `isHidden`: it leads to or from an object that is left out. */
type LabelOf = (item: TreeItem, isHidden: boolean) => string;

interface Pending {
  tree: Tree | undefined;
  /** The drawn object that is retained. */
  to: NodeRow;
  column: number;
  /** References passed so far through hidden objects. */
  over: string[];
}

export function holderGraph(target: NodeRow, options: HolderOptions, labelOf: LabelOf): HolderGraph {
  const holders = new Map<number, Holder>([[target.id, { node: target, column: 0, place: 0, omitted: 0 }]]);
  const holds = new Map<string, Hold>();
  const sizes = [1];
  const queue: Pending[] = [{ tree: target.retainers, to: target, column: 1, over: [] }];
  for (let pending = queue.shift(); pending !== undefined; pending = queue.shift()) {
    const { tree, to, column, over } = pending;
    if (tree === undefined) continue;
    const held = holders.get(to.id);
    if (held !== undefined) held.omitted += tree.omitted;
    for (const item of tree.items) {
      const { node } = item;
      const isOver = isLeftOut(node, options);
      const labels = [labelOf(item, isOver || over.length > 0), ...over];
      if (isOver) {
        queue.push({ tree: node.retainers, to, column, over: labels });
        continue;
      }
      let holder = holders.get(node.id);
      if (holder === undefined) {
        if (holders.size >= MAX_HOLDERS) continue;
        const place = sizes[column] ?? 0;
        sizes[column] = place + 1;
        holder = { node, column, place, omitted: 0 };
        holders.set(node.id, holder);
        queue.push({ tree: node.retainers, to: node, column: column + 1, over: [] });
      }
      // Of several references between two objects only the most direct is drawn.
      if (holds.get(`${node.id} ${to.id}`)?.isDirect) continue;
      holds.set(`${node.id} ${to.id}`, { from: node.id, to: to.id, label: labels.join(''), isDirect: over.length === 0 });
    }
  }
  return { holders: [...holders.values()], holds: [...holds.values()] };
}

const INTERNAL_TYPES = new Set(['hidden', 'code', 'array', 'object shape', 'synthetic']);

function isLeftOut({ type, name, source }: NodeRow, { hideInternals, inSource }: HolderOptions): boolean {
  if (hideInternals && (INTERNAL_TYPES.has(type) || name.startsWith('system / ') || name.startsWith('(') || name.startsWith('Node / '))) return true;
  return !inSource(source?.script ?? '');
}
