// DevTools' Summary: classes open to their instances, and these to their references.

import type { ClassPage, ClassRow } from '../../../index.js';
import { ask, useApp, useSnapshot } from '../model/app.js';
import { beside, change, go, usePlace } from '../model/place.js';
import { mapped, type Source } from '../model/rows.js';
import { textMatch } from '../model/search.js';
import { nodesOf, type ObjectRow, openTo } from '../model/sources.js';
import { FilterBox, NamedFilterChoice } from '../parts/controls.js';
import { OBJECT_COLUMNS, setOrder, useOrder, useSource } from '../parts/objects.js';
import { type Column, Table, Total } from '../parts/table.js';
import { Count, Distance, Heap, Size, SizeShare, Source as Place } from '../parts/text.js';
import { useState } from 'preact/hooks';

/** A class, or one of its instances. */
type Row = { of: 'class'; row: ClassRow } | { of: 'object'; row: ObjectRow };

/** The cell of an object in a column of classes. */
const cellOf = (key: string, { row }: { row: ObjectRow }) => OBJECT_COLUMNS.find((column) => column.key === key)?.cell(row);

const COLUMNS: Column<Row>[] = [
  { key: 'name', title: 'Class', width: 'minmax(260px, 1fr)', cell: (row) => (row.of === 'class' ? <Heap class="class-name" text={row.row.name} /> : cellOf('name', row)) },
  { key: 'count', title: 'Count', width: '84px', align: 'right', cell: (row) => (row.of === 'class' ? <Count count={row.row.count} /> : null) },
  { key: 'source', title: 'Source', width: 'minmax(0, 220px)', cell: (row) => <Place source={row.of === 'class' ? row.row.source : row.row.node.source} /> },
  { key: 'distance', title: 'Distance', width: '84px', align: 'right', help: 'Steps of the shortest path from a GC root', cell: (row) => <Distance distance={row.of === 'class' ? row.row.distance : row.row.node.distance} /> },
  { key: 'selfSize', title: 'Self size', width: '92px', align: 'right', help: 'Size of the objects themselves, in bytes', cell: (row) => <Size bytes={row.of === 'class' ? row.row.selfSize : row.row.node.selfSize} /> },
  {
    key: 'retainedSize',
    title: 'Retained size',
    width: '172px',
    align: 'right',
    help: 'Bytes that would be freed with all instances, nothing counted twice',
    cell: (row) => {
      const { retainedSize, percent } = row.of === 'class' ? row.row : row.row.node;
      return <SizeShare bytes={retainedSize} percent={percent} />;
    },
  },
];

const SORTABLE = { name: 'ascending', count: 'descending', distance: 'ascending', selfSize: 'descending', retainedSize: 'descending' } as const;

export function Classes() {
  const { engine } = useApp();
  const { snapshot } = useSnapshot();
  const here = usePlace();
  const { params } = here;
  const order = useOrder({ key: 'retainedSize', order: 'descending' });
  const [total, setTotal] = useState<number>();

  const name = textMatch(params['filter']);
  const question = { ask: 'classes', ...(name && { name }), ...(params['only'] && { filter: params['only'] }), sort: order.key, order: order.order };
  const source = useSource<Row>(
    () => ({
      async load(offset, limit) {
        const page = await ask<ClassPage>(engine, [snapshot], { ...question, offset, limit });
        setTotal(page.total);
        return { total: page.total, rows: page.classes.map((row) => ({ of: 'class', row })) };
      },
    }),
    [JSON.stringify(question)],
  );
  const childrenOf = (row: Row): Source<Row> | undefined => {
    if (row.of === 'class') return asObjects(nodesOf(engine, snapshot, { ask: 'classInstances', class: row.row.index, ...(sortOfObjects(order.key) && { sort: order.key, order: order.order }) }));
    const below = openTo(engine, snapshot, 'references')(row.row);
    return below && asObjects(below);
  };

  return (
    <section class="view">
      <div class="bar">
        <h1>Classes</h1>
        <Total count={total} of="class" />
        <FilterBox label="Filter classes" placeholder="Class name or /regex/" value={params['filter'] ?? ''} onChange={(filter) => change({ filter }, 'replace')} />
        {!engine.isReport && <NamedFilterChoice value={params['only'] ?? ''} onChange={(only) => change({ only })} />}
      </div>
      <Table
        label="Classes"
        source={source}
        childrenOf={childrenOf}
        columns={COLUMNS}
        sortable={SORTABLE}
        order={order}
        onOrder={setOrder}
        onEnter={(row) => row.of === 'object' && go(beside(here, 'node', { id: String(row.row.node.id) }))}
        empty="No class matches."
      />
    </section>
  );
}

const asObjects = (source: Source<ObjectRow>) => mapped<ObjectRow, Row>(source, (row) => ({ of: 'object', row }));

/** Whether objects can be sorted by a column, as classes can by all. */
function sortOfObjects(key: string): boolean {
  return ['retainedSize', 'selfSize', 'distance'].includes(key);
}
