// The changes between two snapshots: by class as in DevTools, or new, grown and freed objects.

import { useMemo } from 'preact/hooks';
import type { ClassDiffRow, DiffMode, DiffResult, NodeDiffRow } from '../../../index.js';
import { useAnswer, useApp, useSnapshot } from '../model/app.js';
import type { OpenSnapshot } from '../model/engine.js';
import { beside, change, go, type Place, usePlace } from '../model/place.js';
import { joined, listed, mapped, type Source } from '../model/rows.js';
import { matches } from '../model/search.js';
import { changedNodes, type ObjectRow, openTo } from '../model/sources.js';
import { Choice, FilterBox, Segments } from '../parts/controls.js';
import { OBJECT_COLUMNS, setOrder, useOrder } from '../parts/objects.js';
import { Answer } from '../parts/states.js';
import { type Column, type Order, Table, type TableProps, Total } from '../parts/table.js';
import { Badge, Count, CountDelta, Heap, NodeLabel, NodeLink, Path, Size, SizeDelta } from '../parts/text.js';

const MODES = [
  ['classes', 'Classes'],
  ['new', 'New objects'],
  ['grown', 'Grown objects'],
  ['freed', 'Freed objects'],
] as const satisfies readonly (readonly [DiffMode, string])[];

/** The most rows that are loaded, those with the largest changes. */
const MAX_CLASSES = 100_000;
const MAX_NODES = 1000;

/** A class, a changed object of it, or an object that it refers to. */
type Row =
  | { of: 'class'; row: ClassDiffRow }
  | { of: 'change'; change: Change; row: ObjectRow<NodeDiffRow> }
  | { of: 'object'; row: ObjectRow };

type Change = Exclude<DiffMode, 'classes'>;

const CLASS_COLUMNS: Column<Row>[] = [
  { key: 'name', title: 'Class', width: 'minmax(240px, 1fr)', cell: (row) => <Name row={row} /> },
  { key: 'addedCount', title: 'New', width: '84px', align: 'right', cell: (row) => (row.of === 'class' ? <Count count={row.row.addedCount} /> : isChange(row, 'new') && '•') },
  { key: 'removedCount', title: 'Deleted', width: '84px', align: 'right', cell: (row) => (row.of === 'class' ? <Count count={row.row.removedCount} /> : isChange(row, 'freed') && '•') },
  { key: 'countDelta', title: 'Delta', width: '92px', align: 'right', cell: (row) => row.of === 'class' && <CountDelta count={row.row.countDelta} /> },
  { key: 'addedSize', title: 'Allocated', width: '104px', align: 'right', cell: (row) => (row.of === 'class' ? <Size bytes={row.row.addedSize} /> : isChange(row, 'new') && <Size bytes={row.row.node.selfSize} />) },
  { key: 'removedSize', title: 'Freed', width: '104px', align: 'right', cell: (row) => (row.of === 'class' ? <Size bytes={row.row.removedSize} /> : isChange(row, 'freed') && <Size bytes={row.row.node.selfSize} />) },
  { key: 'sizeDelta', title: 'Size delta', width: '112px', align: 'right', cell: (row) => row.of === 'class' && <SizeDelta bytes={row.row.sizeDelta} /> },
];

const isChange = (row: Row, change: Change) => row.of === 'change' && row.change === change;

const CLASS_SORTABLE = { name: 'ascending', addedCount: 'descending', removedCount: 'descending', countDelta: 'descending', addedSize: 'descending', removedSize: 'descending', sizeDelta: 'descending' } as const;

const NODE_COLUMNS: Column<NodeDiffRow>[] = [
  { key: 'name', title: 'Object', width: 'minmax(220px, 1fr)', cell: (node) => (node.retainedAfter === 0 ? <NodeLabel node={node} /> : <NodeLink node={node} />) },
  { key: 'path', title: 'Held by', width: 'minmax(0, 1fr)', cell: ({ path }) => (path == null ? null : <Path text={path} />) },
  { key: 'selfSize', title: 'Self size', width: '92px', align: 'right', cell: ({ selfSize }) => <Size bytes={selfSize} /> },
  { key: 'retainedBefore', title: 'Retained before', width: '128px', align: 'right', cell: ({ retainedBefore }) => <Size bytes={retainedBefore} /> },
  { key: 'retainedAfter', title: 'Retained now', width: '112px', align: 'right', cell: ({ retainedAfter }) => <Size bytes={retainedAfter} /> },
  { key: 'growth', title: 'Growth', width: '112px', align: 'right', cell: ({ growth }) => <SizeDelta bytes={growth} /> },
];

const NODE_SORTABLE = { name: 'ascending', selfSize: 'descending', retainedBefore: 'descending', retainedAfter: 'descending', growth: 'descending' } as const;

export function Compare() {
  const { snapshots } = useApp();
  const after = useSnapshot();
  const { params } = usePlace();
  const before = baselineOf(snapshots, after, params['base']);
  if (before === undefined) {
    return (
      <section class="view">
        <div class="bar"><h1>Comparison</h1></div>
        <p class="empty">Open a second snapshot of the same process to see what changed.</p>
      </section>
    );
  }
  return <Comparison before={before} after={after} />;
}

/** The chosen baseline, or the snapshot opened before, or any other. */
function baselineOf(snapshots: readonly OpenSnapshot[], after: OpenSnapshot, chosen: string | undefined): OpenSnapshot | undefined {
  const others = snapshots.filter((each) => each !== after);
  return others.find(({ snapshot }) => String(snapshot) === chosen) ?? others.findLast(({ snapshot }) => snapshot < after.snapshot) ?? others[0];
}

function Comparison({ before, after }: { before: OpenSnapshot; after: OpenSnapshot }) {
  const { snapshots } = useApp();
  const { params } = usePlace();
  const mode = MODES.find(([name]) => name === params['mode'])?.[0] ?? 'classes';
  const question = { ask: 'diff', mode, limit: mode === 'classes' ? MAX_CLASSES : MAX_NODES, ...(mode !== 'classes' && { paths: true }) };
  const answered = useAnswer<DiffResult>(question, [before.snapshot, after.snapshot]);
  const others = snapshots.filter((each) => each !== after).map(({ snapshot, name }) => [String(snapshot), name] as const);
  return (
    <section class="view">
      <div class="bar">
        <h1>Comparison</h1>
        <span class="faint">since</span>
        <Choice label="Baseline" value={String(before.snapshot)} options={others} onChange={(base) => change({ base })} />
        <Segments label="Comparison" value={mode} options={MODES} onChange={(name) => change({ mode: name, sort: undefined, order: undefined })} />
        <FilterBox label="Filter" placeholder="Class or name, or /regex/" value={params['filter'] ?? ''} onChange={(filter) => change({ filter }, 'replace')} />
      </div>
      <Answer of={answered} what="Comparing">
        {(result) => (
          <>
            <p class="bar summary">
              <span>Heap <b><SizeDelta bytes={result.after.size - result.before.size} /></b></span>
              <span>Objects <b><CountDelta count={result.after.nodes - result.before.nodes} /></b></span>
              <Total count={result.total} of={result.mode === 'classes' ? 'class' : 'object'} />
              {!result.sameProcess && <span class="alarm">The snapshots come from different processes: their object ids do not match.</span>}
            </p>
            {result.mode === 'classes' ? <ClassRows rows={result.classes ?? []} before={before} after={after} /> : <NodeRows rows={result.nodes ?? []} />}
          </>
        )}
      </Answer>
    </section>
  );
}

function ClassRows({ rows, before, after }: { rows: ClassDiffRow[]; before: OpenSnapshot; after: OpenSnapshot }) {
  const { engine } = useApp();
  const here = usePlace();
  const classes = useMemo(() => rows.map((row) => ({ of: 'class', row }) as const), [rows]);
  const changes = (change: Change, index: number) =>
    mapped(changedNodes(engine, [before.snapshot, after.snapshot], change, index), (row): Row => ({ of: 'change', change, row }));
  const childrenOf = (row: Row): Source<Row> | undefined => {
    if (row.of === 'class') {
      const { index, addedCount, removedCount } = row.row;
      const parts: Change[] = ['grown'];
      if (removedCount > 0) parts.unshift('freed');
      if (addedCount > 0) parts.unshift('new');
      return joined(parts.map((change) => changes(change, index)));
    }
    // Its references are in the older snapshot, which links do not lead to.
    if (isChange(row, 'freed')) return undefined;
    const below = openTo(engine, after.snapshot, 'references')(row.row);
    return below && mapped(below, (each): Row => ({ of: 'object', row: each }));
  };
  return (
    <ChangedRows<Row, (typeof classes)[number]>
      label="Classes that changed"
      rows={classes}
      fieldsOf={({ row }) => row}
      namesOf={({ row }) => [row.name]}
      sortedBy="sizeDelta"
      columns={CLASS_COLUMNS}
      childrenOf={childrenOf}
      sortable={CLASS_SORTABLE}
      onEnter={(row) => enter(row, here)}
      empty="Nothing changed."
    />
  );
}

function enter(row: Row, here: Place): void {
  if (row.of === 'class') go(beside(here, 'classes', { filter: row.row.name }));
  else if (!isChange(row, 'freed')) go(beside(here, 'node', { id: String(row.row.node.id) }));
}

const OBJECT_NAME = OBJECT_COLUMNS.find(({ key }) => key === 'name');

function Name({ row }: { row: Row }) {
  if (row.of === 'class') return <Heap class="class-name" text={row.row.name} />;
  if (row.of === 'object') return <>{OBJECT_NAME?.cell(row.row)}</>;
  const { node } = row.row;
  return (
    <span class="object">
      {row.change === 'freed' ? <NodeLabel node={node} /> : <NodeLink node={node} />}
      <Badge>{row.change}</Badge>
      {row.change === 'grown' && <span class="faint">retains <SizeDelta bytes={node.growth} /></span>}
    </span>
  );
}

function NodeRows({ rows }: { rows: NodeDiffRow[] }) {
  const here = usePlace();
  return (
    <ChangedRows
      label="Objects that changed"
      rows={rows}
      fieldsOf={(row) => row}
      namesOf={({ name, className }) => [name, className]}
      sortedBy="growth"
      columns={NODE_COLUMNS}
      sortable={NODE_SORTABLE}
      onEnter={({ id, retainedAfter }) => retainedAfter > 0 && go(beside(here, 'node', { id: String(id) }))}
      empty="No object matches."
    />
  );
}

interface ChangedRowsProps<Row, First extends Row> extends Omit<TableProps<Row>, 'source' | 'order' | 'onOrder'> {
  rows: readonly First[];
  /** The sort keys of the columns. */
  fieldsOf: (row: First) => object;
  /** The names to filter. */
  namesOf: (row: First) => string[];
  /** The default sort column. */
  sortedBy: string;
}

/** Rows that are filtered and sorted on the page. */
function ChangedRows<Row, First extends Row = Row>({ rows, fieldsOf, namesOf, sortedBy, ...table }: ChangedRowsProps<Row, First>) {
  const { params } = usePlace();
  const order = useOrder({ key: sortedBy, order: 'descending' });
  const isWanted = matches(params['filter']);
  const source = useMemo(
    () => listed<Row>(sorted(rows.filter((row) => namesOf(row).some(isWanted)), fieldsOf, order)),
    [rows, params['filter'], order.key, order.order],
  );
  return <Table {...table} source={source} order={order} onOrder={setOrder} />;
}

/** Sorts stably by a field that is a number or a name in all rows. */
function sorted<Row>(rows: Row[], fieldsOf: (row: Row) => object, { key, order }: Order): Row[] {
  const sign = order === 'ascending' ? 1 : -1;
  const valueOf = (row: Row) => (fieldsOf(row) as Record<string, unknown>)[key] as string | number;
  return rows.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x < y ? -sign : x > y ? sign : 0;
  });
}
