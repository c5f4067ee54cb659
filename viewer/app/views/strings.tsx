// Duplicated strings, which open to their copies.

import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import type { StringPage, StringRow } from '../../../index.js';
import { ask, useApp, useSnapshot } from '../model/app.js';
import { listed, type Source } from '../model/rows.js';
import { useSource } from '../parts/objects.js';
import { type Column, Table, Total } from '../parts/table.js';
import { Count, Heap, IdLink, Size } from '../parts/text.js';
import { formatAmount } from '../../../lib/format/numbers.js';
import { quoted } from '../../../lib/format/text.js';

type Row = { of: 'text'; row: StringRow } | { of: 'copy'; id: number };

const text = (cell: (row: StringRow) => ComponentChild) => (row: Row) => (row.of === 'text' ? cell(row.row) : null);

const COLUMNS: Column<Row>[] = [
  { key: 'value', title: 'Text', width: 'minmax(260px, 1fr)', cell: (row) => (row.of === 'copy' ? <IdLink id={row.id} /> : <Contents row={row.row} />) },
  { key: 'count', title: 'Copies', width: '92px', align: 'right', cell: text(({ count }) => <Count count={count} />) },
  { key: 'length', title: 'Length', width: '92px', align: 'right', help: 'UTF-16 units', cell: text(({ length }) => <Count count={length} />) },
  { key: 'selfSize', title: 'All copies', width: '104px', align: 'right', cell: text(({ selfSize }) => <Size bytes={selfSize} />) },
  { key: 'retainedSize', title: 'Retained', width: '104px', align: 'right', cell: text(({ retainedSize }) => <Size bytes={retainedSize} />) },
  { key: 'wasted', title: 'Wasted', width: '104px', align: 'right', help: 'Bytes that a single copy would save', cell: text(({ wasted }) => <strong><Size bytes={wasted} /></strong>) },
];

export function Strings() {
  const { engine, showStrings } = useApp();
  const { snapshot } = useSnapshot();
  const [total, setTotal] = useState<number>();
  const source = useSource<Row>(
    () => ({
      async load(offset, limit) {
        const page = await ask<StringPage>(engine, [snapshot], { ask: 'strings', offset, limit });
        setTotal(page.total);
        return { total: page.total, rows: page.strings.map((row) => ({ of: 'text', row })) };
      },
    }),
    [],
  );
  return (
    <section class="view">
      <div class="bar">
        <h1>Duplicated strings</h1>
        <Total count={total} of="text" />
        {!showStrings && <span class="faint">Contents are hidden because they may be secret; “String contents” shows them.</span>}
      </div>
      <Table label="Duplicated strings" source={source} childrenOf={copiesOf} columns={COLUMNS} empty="No string has more than one copy." />
    </section>
  );
}

function copiesOf(row: Row): Source<Row> | undefined {
  return row.of === 'text' && row.row.ids.length > 0 ? listed(row.row.ids.map((id) => ({ of: 'copy', id }))) : undefined;
}

function Contents({ row: { value, length } }: { row: StringRow }) {
  const { showStrings } = useApp();
  if (!showStrings || value === null) return <span class="faint">{formatAmount(length, 'character')}, hidden</span>;
  return <Heap class="string-value" text={quoted(value)} />;
}
