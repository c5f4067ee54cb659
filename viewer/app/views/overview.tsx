// The report: verdict and suspects, memory by kind, the largest objects and classes.

import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ClassRow, CollectionRow, NodeRow, OutsideMemory, PackageRow, Report, Statistics, StringRow, Suspect } from '../../../index.js';
import { formatAmount, formatBytes, formatCount, formatPercent } from '../../../lib/format/numbers.js';
import { outsideFigures } from '../../../lib/format/outside.js';
import { shownSnapshot, useAnswer, useApp } from '../model/app.js';
import type { OpenSnapshot } from '../model/engine.js';
import { beside, hashOf, usePlace } from '../model/place.js';
import { Answer } from '../parts/states.js';
import { SuspectCard } from '../parts/suspect.js';
import { Heap, IdLink, NodeLink, Path, Size, SizeShare, Source, Spans } from '../parts/text.js';

/** Rows of each list. */
const LIMIT = 12;

export function Overview() {
  const { snapshots, saved } = useApp();
  const place = usePlace();
  const shown = shownSnapshot(snapshots, place);
  const series = useMemo(() => seriesTo(snapshots, shown), [snapshots, shown]);
  const answered = useAnswer<Report>(shown === undefined ? undefined : { ask: 'report', limit: LIMIT }, series);
  if (saved !== undefined) return <ReportPage report={saved.report} title={saved.name} />;
  return (
    <Answer of={answered} what="Looking for leaks">
      {(report) => <ReportPage report={report} title={snapshots.filter(({ snapshot }) => series.includes(snapshot)).map(({ name }) => name).join(' → ')} />}
    </Answer>
  );
}

/** The series, oldest first: all snapshots up to the shown one. */
function seriesTo(snapshots: readonly OpenSnapshot[], shown: OpenSnapshot | undefined): number[] {
  return snapshots.slice(0, snapshots.findIndex((each) => each === shown) + 1).map(({ snapshot }) => snapshot);
}

function Suspects({ title, aside, rows }: { title: string; aside: string; rows: Suspect[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title} <small>{aside}</small></h2>
      <div class="suspects">{rows.map((suspect) => <SuspectCard key={suspect.fingerprint} suspect={suspect} />)}</div>
    </section>
  );
}

function ReportPage({ report, title }: { report: Report; title: string }) {
  const { totals, statistics, suspects, inconclusive, biggest, classes, byPackage, collections, duplicatedStrings, detached, ignoredGrowth, skipped } = report;
  return (
    <section class="view scrolls overview">
      <header class={`verdict ${suspects.length > 0 || report.outcome === 'grewOutside' ? 'alarm' : 'good'}`}>
        <p class="verdict-title"><Heap text={title} /></p>
        <h1><Heap text={report.verdict} /></h1>
        <dl class="figures">
          <Figure name="Heap" value={formatBytes(totals.size)} exact={`${formatCount(totals.size)} bytes`} />
          <Figure name="Objects" value={formatCount(totals.nodes)} />
          <Figure name="References" value={formatCount(totals.edges)} />
          <Figure name="Strings" value={formatCount(totals.strings)} />
          {detached.count > 0 && <Figure name="Detached DOM nodes" value={formatCount(detached.count)} exact={`self size ${formatCount(detached.selfSize)} bytes`} />}
        </dl>
        <StatisticsBar statistics={statistics} />
      </header>

      <Suspects title="Suspects" aside="what leaks, and what holds it" rows={suspects} />
      <Suspects title="Inconclusive" aside="empty in the first snapshot: a leak, or filled once; a third snapshot tells which" rows={inconclusive} />

      {report.outside !== null && <Outside outside={report.outside} />}

      <div class="columns">
        <List title="Largest objects" aside="by retained size">
          {biggest.map((node) => <BiggestRow key={node.id} node={node} />)}
        </List>
        <List title="Largest classes" aside="by retained size of all instances" more={<a href={useHref('classes')}>All classes</a>}>
          {classes.map((row) => <ClassLine key={row.index} row={row} />)}
        </List>
        <List title="Collections" aside="by retained size">
          {collections.map((row) => <CollectionLine key={row.id} row={row} />)}
        </List>
        <List title="Packages" aside="by what their functions and instances of their classes retain">
          {byPackage.map((row) => <PackageLine key={row.name} row={row} />)}
        </List>
        <List title="Duplicated strings" aside={`${formatBytes(duplicatedStrings.wasted)} wasted`} more={<a href={useHref('strings')}>All duplicated strings</a>}>
          {duplicatedStrings.strings.map((row, i) => <StringLine key={i} row={row} />)}
        </List>
        <List title="Detached nodes" aside={`${formatAmount(detached.count, 'detached DOM node')} still retained`}>
          {detached.nodes.map((node) => <NodeLine key={node.id} node={node} />)}
        </List>
        <List title="Ignored growth" aside="compiled code and other growth that is no leak">
          {ignoredGrowth.map(({ name, reason }) => <li key={name}><strong><Heap text={name} /></strong> <span class="faint"><Heap text={reason} /></span></li>)}
        </List>
        <List title="Skipped" aside="parts of the file that this version does not know">
          {skipped.map((note) => <li key={note}><Heap text={note} /></li>)}
        </List>
      </div>
    </section>
  );
}

/** Where the process's resident memory is. Only snapshots of a live process have figures. */
function Outside({ outside }: { outside: OutsideMemory }) {
  const { title, aside, columns, rows, notes } = outsideFigures(outside);
  return (
    <section class="card outside" aria-label={title}>
      <h2>{title} <small>{aside}</small></h2>
      <table>
        <thead><tr>{columns.map((column) => <th key={column.title} scope="col">{column.title}</th>)}</tr></thead>
        <tbody>{rows.map((cells, i) => <tr key={i}>{cells.map((spans, at) => <td key={at}><Spans spans={spans} /></td>)}</tr>)}</tbody>
      </table>
      {notes.map((spans, i) => <p key={i}><Spans spans={spans} /></p>)}
    </section>
  );
}

function useHref(view: 'classes' | 'strings'): string {
  return hashOf(beside(usePlace(), view));
}

function Figure({ name, value, exact }: { name: string; value: string; exact?: string }) {
  return (
    <div class="figure" title={exact}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function StatisticsBar({ statistics: { total, native, v8heap } }: { statistics: Statistics }) {
  const kinds = [
    ['code', 'Code', v8heap.code],
    ['string', 'Strings', v8heap.strings],
    ['array', 'JS arrays', v8heap.jsArrays],
    ['typed', 'Typed arrays', native.typedArrays],
    ['system', 'System objects', v8heap.system],
    ['object', 'Other JS objects', v8heap.total - v8heap.code - v8heap.strings - v8heap.jsArrays - v8heap.system],
    ['native', 'Other native objects', native.total - native.typedArrays],
  ] as const;
  const present = kinds.filter(([, , bytes]) => bytes > 0);
  const share = (bytes: number) => (total > 0 ? (100 * bytes) / total : 0);
  return (
    <div class="statistics">
      <div class="statistics-bar" aria-hidden="true">
        {present.map(([kind, name, bytes]) => <span key={kind} class={`fill-${kind}`} style={{ flexGrow: String(bytes) }} title={`${name}: ${formatBytes(bytes)}`} />)}
      </div>
      <ul>
        {present.map(([kind, name, bytes]) => (
          <li key={kind} title={`${formatCount(bytes)} bytes`}>
            <span class={`dot fill-${kind}`} /> {name} <b>{formatBytes(bytes)}</b> <span class="faint">{formatPercent(share(bytes))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A card with a list, or nothing if the list is empty. */
function List({ title, aside, more, children }: { title: string; aside: string; more?: ComponentChildren; children: ComponentChildren[] }) {
  if (children.length === 0) return null;
  return (
    <section class="card" aria-label={title}>
      <h2>{title} <small>{aside}</small></h2>
      <ol class="lines">{children}</ol>
      {more !== undefined && <p class="more">{more}</p>}
    </section>
  );
}

function BiggestRow({ node }: { node: NodeRow & { path: string | null } }) {
  return (
    <li class="line">
      <div class="line-text">
        <NodeLink node={node} />
        {node.path !== null && <Path text={node.path} />}
      </div>
      <SizeShare bytes={node.retainedSize} percent={node.percent} />
    </li>
  );
}

function NodeLine({ node }: { node: NodeRow }) {
  return (
    <li class="line">
      <div class="line-text"><NodeLink node={node} /></div>
      <SizeShare bytes={node.retainedSize} percent={node.percent} />
    </li>
  );
}

function ClassLine({ row }: { row: ClassRow }) {
  const href = hashOf(beside(usePlace(), 'classes', { filter: row.name }));
  return (
    <li class="line">
      <div class="line-text">
        <span><a class="class-name" href={href}><Heap text={row.name} /></a> <span class="faint">× {formatCount(row.count)}</span></span>
        <Source source={row.source} />
      </div>
      <SizeShare bytes={row.retainedSize} percent={row.percent} />
    </li>
  );
}

function CollectionLine({ row }: { row: CollectionRow }) {
  return (
    <li class="line">
      <div class="line-text">
        <span>
          <span class="class-name"><Heap text={row.className} /></span> <IdLink id={row.id} />{' '}
          <span class="faint">
            {formatAmount(row.elements, 'element')}
            {row.elementClasses[0] !== undefined && <> of <Heap text={row.elementClasses.map(({ name }) => name).join(', ')} /></>}
            {row.fillRatio !== null && `, ${formatPercent(100 * row.fillRatio)} full`}
          </span>
        </span>
        {row.path !== null && <Path text={row.path} />}
      </div>
      <SizeShare bytes={row.retainedSize} percent={row.percent} />
    </li>
  );
}

function PackageLine({ row }: { row: PackageRow }) {
  return (
    <li class="line">
      <div class="line-text"><span>{row.name === null ? 'own code' : <Heap class="class-name" text={row.name} />} <span class="faint">{formatAmount(row.count, 'object')}</span></span></div>
      <SizeShare bytes={row.retainedSize} percent={row.percent} />
    </li>
  );
}

function StringLine({ row }: { row: StringRow }) {
  return (
    <li class="line">
      <div class="line-text">
        <span>
          {row.value === null ? <span class="faint">{formatAmount(row.length, 'character')}</span> : <Heap class="string-value" text={JSON.stringify(row.value)} />}{' '}
          <span class="faint">× {formatCount(row.count)}</span> {row.ids[0] !== undefined && <IdLink id={row.ids[0]} />}
        </span>
      </div>
      <Size bytes={row.wasted} />
    </li>
  );
}
