// A chain of dominators, from the root down, of which both ends are shown: a linked list may have a million.

import { type ComponentChildren, Fragment } from 'preact';
import type { NodeRow } from '../../../index.js';
import { formatCount } from '../../../lib/format/numbers.js';

/** A row, and how many before it are left out. */
export interface ChainRow extends NodeRow {
  omitted?: number;
}

/** Rows at either end. A report in one file has no others: `lib/view/embed.js`. */
const ENDS = 12;

export function Chain({ rows, title, children }: { rows: readonly ChainRow[]; title?: (row: ChainRow) => string; children: (row: ChainRow, isLast: boolean) => ComponentChildren }) {
  return (
    <>
      {bothEnds(rows).map((row, i, { length }) => (
        <Fragment key={row.id}>
          {row.omitted !== undefined && <Omitted count={row.omitted} />}
          <span class="crumb" title={title?.(row)}>{children(row, i === length - 1)}</span>
        </Fragment>
      ))}
    </>
  );
}

export function Omitted({ count }: { count: number }) {
  return <span class="crumb faint">… {formatCount(count)} more …</span>;
}

function bothEnds(rows: readonly ChainRow[]): readonly ChainRow[] {
  const omitted = rows.length - 2 * ENDS;
  const [first, ...rest] = rows.slice(-ENDS);
  return omitted <= 0 || first === undefined ? rows : [...rows.slice(0, ENDS), { ...first, omitted }, ...rest];
}
