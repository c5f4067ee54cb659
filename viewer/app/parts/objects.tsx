// Tables of objects.

import { useMemo } from 'preact/hooks';
import { useApp, useSnapshot } from '../model/app.js';
import { beside, change, go, usePlace } from '../model/place.js';
import type { Source } from '../model/rows.js';
import type { ObjectRow } from '../model/sources.js';
import { type Column, type Order, Table } from './table.js';
import { Badge, Distance, NodeLink, Reference, Size, SizeShare, Source as Place } from './text.js';

const NAME: Column<ObjectRow> = {
  key: 'name',
  title: 'Object',
  width: 'minmax(260px, 1fr)',
  cell: ({ node, item, isCycle }) => (
    <span class="object">
      {item !== undefined && (
        <span class="reference">
          <Reference item={item} />
        </span>
      )}
      <NodeLink node={node} />
      {node.detached && <Badge tone="alarm">detached</Badge>}
      {isCycle && <Badge>↻ cycle</Badge>}
    </span>
  ),
};

const SOURCE: Column<ObjectRow> = { key: 'source', title: 'Source', width: 'minmax(0, 220px)', cell: ({ node }) => <Place source={node.source} /> };

const DISTANCE: Column<ObjectRow> = {
  key: 'distance',
  title: 'Distance',
  width: '76px',
  align: 'right',
  help: 'Steps from a GC root',
  cell: ({ node }) => <Distance distance={node.distance} />,
};

const SELF: Column<ObjectRow> = {
  key: 'selfSize',
  title: 'Self size',
  width: '92px',
  align: 'right',
  help: 'Size of the object itself, in bytes',
  cell: ({ node }) => <Size bytes={node.selfSize} />,
};

const RETAINED: Column<ObjectRow> = {
  key: 'retainedSize',
  title: 'Retained size',
  width: '172px',
  align: 'right',
  help: 'Bytes that would be freed with the object',
  cell: ({ node }) => <SizeShare bytes={node.retainedSize} percent={node.percent} />,
};

export const OBJECT_COLUMNS = [NAME, SOURCE, DISTANCE, SELF, RETAINED];

const OBJECT_SORTABLE: Record<string, Order['order']> = { retainedSize: 'descending', selfSize: 'descending', distance: 'ascending' };

interface ObjectTableProps {
  label: string;
  source: Source<ObjectRow>;
  childrenOf?: (row: ObjectRow) => Source<ObjectRow> | undefined;
  order?: Order;
  empty?: string;
}

export function ObjectTable({ label, source, childrenOf, order, empty }: ObjectTableProps) {
  const here = usePlace();
  return (
    <Table
      label={label}
      source={source}
      {...(childrenOf !== undefined && { childrenOf })}
      {...(empty !== undefined && { empty })}
      columns={OBJECT_COLUMNS}
      {...(order !== undefined && { sortable: OBJECT_SORTABLE, order, onOrder: setOrder })}
      onEnter={({ node }) => go(beside(here, 'node', { id: String(node.id) }))}
    />
  );
}

export function setOrder({ key, order }: Order): void {
  change({ sort: key, order });
}

/** The order in the URL, or the default. */
export function useOrder(usual: Order): Order {
  const { params } = usePlace();
  return params['sort'] === undefined ? usual : { key: params['sort'], order: params['order'] === 'ascending' ? 'ascending' : 'descending' };
}

/** A source that is created anew only if its inputs have changed. */
export function useSource<Row>(make: (engine: ReturnType<typeof useApp>['engine'], snapshot: number) => Source<Row>, of: readonly unknown[]): Source<Row> {
  const { engine } = useApp();
  const { snapshot } = useSnapshot();
  return useMemo(() => make(engine, snapshot), [engine, snapshot, ...of]);
}
