// A table of expandable rows with keyboard navigation and sorting.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../../lib/format/numbers.js';
import { Rows, type Source, type VisibleRow } from '../model/rows.js';
import { Failure } from './states.js';
import { useVirtualRows } from './virtual.js';

export interface Column<Row> {
  key: string;
  title: string;
  /** A track of the CSS grid. */
  width: string;
  align?: 'right';
  /** The tooltip of the heading. */
  help?: string;
  cell: (row: Row) => ComponentChildren;
}

export interface Order {
  key: string;
  order: 'ascending' | 'descending';
}

export interface TableProps<Row> {
  /** The name of the table for screen readers. */
  label: string;
  source: Source<Row>;
  /** Rows below a row; `undefined` for rows that do not open. May change only with the source. */
  childrenOf?: (row: Row) => Source<Row> | undefined;
  /** The first column has names, and arrows that open rows. */
  columns: Column<Row>[];
  /** Sortable columns, with the order after the first click. */
  sortable?: Record<string, Order['order']>;
  order?: Order | undefined;
  onOrder?: (order: Order) => void;
  /** Called for Enter and double click. */
  onEnter?: (row: Row) => void;
  empty?: string;
}

/** As in table.css. */
const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 32;

export function Table<Row>(props: TableProps<Row>) {
  const { source, columns, label, empty = 'Nothing to show.' } = props;
  const [, update] = useReducer((turn: number, _: void) => turn + 1, 0);
  const rows = useMemo(() => new Rows<Row>(source, props.childrenOf ?? (() => undefined), () => update()), [source]);
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const { height, top, indices, scrollTo } = useVirtualRows(rows.length, ROW_HEIGHT, HEAD_HEIGHT, scroller);
  const id = useId();
  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };

  useEffect(() => {
    setActive(0);
    scroller.current?.scrollTo(0, 0);
  }, [rows]);

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    scrollTo(next);
  };

  return (
    <div
      class="table"
      role="treegrid"
      aria-label={label}
      aria-rowcount={rows.root.isLoaded ? rows.length + 1 : -1}
      aria-activedescendant={`${id}-${active}`}
      tabIndex={0}
      ref={scroller}
      onKeyDown={(event) => {
        if (event.target === event.currentTarget && onKey(event.key, rows, active, moveTo, props.onEnter)) event.preventDefault();
      }}
    >
      <Head {...props} template={template} />
      <div class="table-body" role="rowgroup" style={{ height: `${height}px` }}>
        {rows.root.isLoaded && rows.length === 0 && <p class="empty">{empty}</p>}
        <div class="table-window" style={{ top: `${top}px` }}>
          {indices.map((index) => {
            const visible = rows.at(index);
            return visible === undefined ? null : (
              <div
                key={index}
                id={`${id}-${index}`}
                class={`table-row${index === active ? ' active' : ''}`}
                role="row"
                aria-level={visible.depth + 1}
                aria-rowindex={index + 2}
                aria-selected={index === active}
                aria-expanded={canOpen(rows, visible) ? visible.isOpen : undefined}
                style={template}
                onClick={() => setActive(index)}
                onDblClick={() => visible.row !== undefined && props.onEnter?.(visible.row)}
              >
                <Cells rows={rows} visible={visible} columns={columns} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head<Row>({ columns, sortable = {}, order, onOrder, template }: TableProps<Row> & { template: { gridTemplateColumns: string } }) {
  return (
    <div class="table-head" role="row" style={template}>
      {columns.map(({ key, title, align, help }) => {
        const first = sortable[key];
        const current = order?.key === key ? order.order : undefined;
        if (first === undefined || onOrder === undefined) {
          return (
            <div key={key} role="columnheader" class={`cell ${align ?? ''}`} title={help}>
              {title}
            </div>
          );
        }
        const other = current === 'ascending' ? 'descending' : 'ascending';
        return (
          <div key={key} role="columnheader" class={`cell ${align ?? ''}`} aria-sort={current ?? 'none'}>
            <button type="button" class={`sort ${current ?? ''}`} title={help} onClick={() => onOrder({ key, order: current === undefined ? first : other })}>
              {title}
            </button>
          </div>
        );
      })}
    </div>
  );
}

function Cells<Row>({ rows, visible, columns }: { rows: Rows<Row>; visible: VisibleRow<Row>; columns: Column<Row>[] }) {
  const { row, level, depth } = visible;
  const indent = { paddingLeft: `${depth * 18}px` };
  if (row === undefined) {
    return (
      <div class="cell whole" role="gridcell" style={indent}>
        {level.error !== undefined ? <Failure error={level.error} /> : <span class="waiting">{level.missing > 0 ? `${formatCount(level.missing)} more, not in this report` : '…'}</span>}
      </div>
    );
  }
  return columns.map(({ key, align, cell }, i) =>
    i === 0 ? (
      <div key={key} class="cell first" role="gridcell" style={indent}>
        <Arrow rows={rows} visible={visible} />
        {cell(row)}
      </div>
    ) : (
      <div key={key} class={`cell ${align ?? ''}`} role="gridcell">
        {cell(row)}
      </div>
    ),
  );
}

function Arrow<Row>({ rows, visible }: { rows: Rows<Row>; visible: VisibleRow<Row> }) {
  if (!canOpen(rows, visible)) return <span class="arrow none" />;
  const toggle = () => (visible.isOpen ? rows.shut(visible) : rows.open(visible));
  // Not a tab stop: there would be one in each row, and the arrow keys open rows.
  return <button type="button" tabIndex={-1} class={`arrow ${visible.isOpen ? 'open' : ''}`} aria-label={visible.isOpen ? 'close' : 'open'} onClick={toggle} />;
}

function canOpen<Row>(rows: Rows<Row>, { row }: VisibleRow<Row>): boolean {
  return row !== undefined && rows.childrenOf(row) !== undefined;
}

const ROWS_OF_A_PAGE = 20;

/** @returns whether the key was handled */
function onKey<Row>(key: string, rows: Rows<Row>, active: number, moveTo: (index: number) => void, enter?: (row: Row) => void): boolean {
  const at = rows.at(active);
  switch (key) {
    case 'ArrowDown':
      moveTo(active + 1);
      return true;
    case 'ArrowUp':
      moveTo(active - 1);
      return true;
    case 'PageDown':
      moveTo(active + ROWS_OF_A_PAGE);
      return true;
    case 'PageUp':
      moveTo(active - ROWS_OF_A_PAGE);
      return true;
    case 'Home':
      moveTo(0);
      return true;
    case 'End':
      moveTo(rows.length - 1);
      return true;
    case 'ArrowRight':
      if (at !== undefined && at.isOpen) moveTo(active + 1);
      else if (at !== undefined) rows.open(at);
      return true;
    case 'ArrowLeft':
      if (at !== undefined && at.isOpen) rows.shut(at);
      else if (at?.level.parent !== undefined) moveTo(rows.indexOf(at.level.parent.level, at.level.parent.position));
      return true;
    case 'Enter':
      if (at?.row !== undefined) enter?.(at.row);
      return true;
    default:
      return false;
  }
}

/** The number of rows, in a line above the table. */
export function Total({ count, of }: { count: number | undefined; of: string }) {
  return <span class="total">{count === undefined ? '…' : `${formatCount(count)} ${of}${count === 1 ? '' : of.endsWith('s') ? 'es' : 's'}`}</span>;
}
