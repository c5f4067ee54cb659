// What changed from one snapshot to another: per class as in DevTools; new, grown and freed objects.

import { useMemo } from 'preact/hooks';
import type { ClassDiffRow, DiffMode, DiffResult, NodeDiffRow } from '../../../index.js';
import { useAnswer, useApp, useSnapshot } from '../model/app.js';
import type { OpenSnapshot } from '../model/engine.js';
import { beside, change, go, usePlace } from '../model/place.js';
import { listed } from '../model/rows.js';
import { matches } from '../model/search.js';
import { Choice, FilterBox, Segments } from '../parts/controls.js';
import { setOrder, useOrder } from '../parts/objects.js';
import { Answer } from '../parts/states.js';
import { type Column, type Order, Table, type TableProps, Total } from '../parts/table.js';
import { Count, CountDelta, Heap, NodeLabel, NodeLink, Path, Size, SizeDelta } from '../parts/text.js';

const MODES = [
  ['classes', 'Classes'],
  ['new', 'New objects'],
  ['grown', 'Grown objects'],
  ['freed', 'Freed objects'],
] as const satisfies readonly (readonly [DiffMode, string])[];

/** Rows that are compared at most: the largest changes come first. */
const MOST_CLASSES = 100_000;
const MOST_NODES = 1000;

const CLASS_COLUMNS: Column<ClassDiffRow>[] = [
  { key: 'name', title: 'Class', width: 'minmax(240px, 1fr)', cell: ({ name }) => <Heap class="class-name" text={name} /> },
  { key: 'addedCount', title: 'New', width: '84px', align: 'right', cell: ({ addedCount }) => <Count count={addedCount} /> },
  { key: 'removedCount', title: 'Deleted', width: '84px', align: 'right', cell: ({ removedCount }) => <Count count={removedCount} /> },
  { key: 'countDelta', title: 'Delta', width: '92px', align: 'right', cell: ({ countDelta }) => <CountDelta count={countDelta} /> },
  { key: 'addedSize', title: 'Allocated', width: '104px', align: 'right', cell: ({ addedSize }) => <Size bytes={addedSize} /> },
  { key: 'removedSize', title: 'Freed', width: '104px', align: 'right', cell: ({ removedSize }) => <Size bytes={removedSize} /> },
  { key: 'sizeDelta', title: 'Size delta', width: '112px', align: 'right', cell: ({ sizeDelta }) => <SizeDelta bytes={sizeDelta} /> },
];

const CLASS_SORTABLE = { name: 'ascending', addedCount: 'descending', removedCount: 'descending', countDelta: 'descending', addedSize: 'descending', removedSize: 'descending', sizeDelta: 'descending' } as const;

const NODE_COLUMNS: Column<NodeDiffRow>[] = [
  { key: 'name', title: 'Object', width: 'minmax(220px, 1fr)', cell: (node) => (node.retainedAfter === 0 ? <NodeLabel node={node} /> : <NodeLink node={node} />) },
  { key: 'path', title: 'Held by', width: 'minmax(0, 1fr)', cell: ({ path }) => (path == null ? null : <Path text={path} />) },
  { key: 'selfSize', title: 'Self size', width: '92px', align: 'right', cell: ({ selfSize }) => <Size bytes={selfSize} /> },
  { key: 'retainedBefore', title: 'Retained before', width: '128px', align: 'right', cell: ({ retainedBefore }) => <Size bytes={retainedBefore} /> },
  { key: 'retainedAfter', title: 'now', width: '92px', align: 'right', cell: ({ retainedAfter }) => <Size bytes={retainedAfter} /> },
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
        <p class="empty">Open a second snapshot to see what changed: take one, do the same thing a few times, take another.</p>
      </section>
    );
  }
  return <Comparison before={before} after={after} />;
}

/** What was chosen, or the one opened before it, or any other. */
function baselineOf(snapshots: readonly OpenSnapshot[], after: OpenSnapshot, chosen: string | undefined): OpenSnapshot | undefined {
  const others = snapshots.filter((each) => each !== after);
  return others.find(({ snapshot }) => String(snapshot) === chosen) ?? others.findLast(({ snapshot }) => snapshot < after.snapshot) ?? others[0];
}

function Comparison({ before, after }: { before: OpenSnapshot; after: OpenSnapshot }) {
  const { snapshots } = useApp();
  const { params } = usePlace();
  const mode = MODES.find(([name]) => name === params['mode'])?.[0] ?? 'classes';
  const question = { ask: 'diff', mode, limit: mode === 'classes' ? MOST_CLASSES : MOST_NODES, ...(mode !== 'classes' && { paths: true }) };
  const answered = useAnswer<DiffResult>(question, [before.snapshot, after.snapshot]);
  const others = snapshots.filter((each) => each !== after).map(({ snapshot, name }) => [String(snapshot), name] as const);
  return (
    <section class="view">
      <div class="bar">
        <h1>Comparison</h1>
        <span class="faint">since</span>
        <Choice label="Baseline" value={String(before.snapshot)} options={others} onChange={(base) => change({ base })} />
        <Segments label="What to compare" value={mode} options={MODES} onChange={(name) => change({ mode: name, sort: undefined, order: undefined })} />
        <FilterBox label="Filter" placeholder="Class or name, or /regex/" value={params['filter'] ?? ''} onChange={(filter) => change({ filter }, 'replace')} />
      </div>
      <Answer of={answered} what="Comparing">
        {(result) => (
          <>
            <p class="bar summary">
              <span>Heap <b><SizeDelta bytes={result.after.size - result.before.size} /></b></span>
              <span>Objects <b><CountDelta count={result.after.nodes - result.before.nodes} /></b></span>
              <Total count={result.total} of={result.mode === 'classes' ? 'class' : 'object'} />
              {!result.sameProcess && <span class="alarm">These are snapshots of different processes: ids say nothing about each other.</span>}
            </p>
            {result.mode === 'classes' ? <ClassRows rows={result.classes ?? []} /> : <NodeRows rows={result.nodes ?? []} />}
          </>
        )}
      </Answer>
    </section>
  );
}

function ClassRows({ rows }: { rows: ClassDiffRow[] }) {
  const here = usePlace();
  return (
    <ChangedRows
      label="Classes that changed"
      rows={rows}
      namesOf={({ name }) => [name]}
      sortedBy="sizeDelta"
      columns={CLASS_COLUMNS}
      sortable={CLASS_SORTABLE}
      onEnter={({ name }) => go(beside(here, 'classes', { filter: name }))}
      empty="Nothing changed."
    />
  );
}

function NodeRows({ rows }: { rows: NodeDiffRow[] }) {
  const here = usePlace();
  return (
    <ChangedRows
      label="Objects that changed"
      rows={rows}
      namesOf={({ name, className }) => [name, className]}
      sortedBy="growth"
      columns={NODE_COLUMNS}
      sortable={NODE_SORTABLE}
      onEnter={({ id, retainedAfter }) => retainedAfter > 0 && go(beside(here, 'node', { id: String(id) }))}
      empty="No such object."
    />
  );
}

interface ChangedRowsProps<Row> extends Omit<TableProps<Row>, 'source' | 'order' | 'onOrder'> {
  rows: Row[];
  /** What the filter is about. */
  namesOf: (row: Row) => string[];
  /** The column that counts until another is chosen. */
  sortedBy: string;
}

/** Rows that are all here already: filtered and sorted on the page. */
function ChangedRows<Row extends object>({ rows, namesOf, sortedBy, ...table }: ChangedRowsProps<Row>) {
  const { params } = usePlace();
  const order = useOrder({ key: sortedBy, order: 'descending' });
  const isWanted = matches(params['filter']);
  const source = useMemo(() => listed(sorted(rows.filter((row) => namesOf(row).some(isWanted)), order)), [rows, params['filter'], order.key, order.order]);
  return <Table {...table} source={source} order={order} onOrder={setOrder} />;
}

/** By a field that is a number or a name in all rows; equal ones stay as they were. */
function sorted<Row extends object>(rows: Row[], { key, order }: Order): Row[] {
  const sign = order === 'ascending' ? 1 : -1;
  const valueOf = (row: Row) => (row as Record<string, unknown>)[key] as string | number;
  return rows.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x < y ? -sign : x > y ? sign : 0;
  });
}
