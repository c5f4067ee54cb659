// The card of a suspect: class, growth, holder, path, certainty, advice.

import { Fragment } from 'preact';
import type { Suspect } from '../../../index.js';
import { formatAmount, formatBytes, formatBytesDelta, formatCount, formatCountDelta, formatPercent } from '../../../lib/format/numbers.js';
import { functionLabel, leakLabel, ownerLabel } from '../../../lib/format/labels.js';
import { codeLines, freed, keeps, SURE } from '../../../lib/format/suspects.js';
import { beside, hashOf, usePlace } from '../model/place.js';
import { Badge, Heap, IdLink, Path, Source, Spans, type Span } from './text.js';

export function SuspectCard({ suspect }: { suspect: Suspect }) {
  const { className, kindLabel, confidence, count, bytes, percent, reason, holder, path, source, functions, component, otherHolders, deadVariables = [], advice, sampleIds, code } = suspect;
  const toClass = hashOf(beside(usePlace(), 'classes', { filter: className }));
  return (
    <article class={`suspect certainty-${confidence}`}>
      <div class="suspect-sides">
      <div class="suspect-what">
      <header>
        <div>
          <h3><a href={toClass}><Heap text={leakLabel(suspect)} /></a></h3>
          <Badge>{kindLabel}</Badge> <Badge tone={confidence}>{SURE[confidence]}</Badge>
        </div>
        <div class="suspect-size" title={`${formatCount(bytes)} bytes, ${formatPercent(percent)} of the heap`}>
          <strong>{formatBytes(bytes)}</strong>
          <span class="faint">{formatAmount(count, 'object')}, {formatPercent(percent)}</span>
        </div>
      </header>
      <p class="reason"><Heap text={reason} /></p>
      <Growth suspect={suspect} />
      <p class="advice"><Heap text={advice} /></p>
      </div>
      <dl class="facts">
        <dt>Held by</dt>
        <dd><Heap class="class-name" text={holder.className} /> <IdLink id={holder.id} /> <Path text={holder.path} /></dd>
        {holder.owner !== null && <><dt>Declared</dt><dd><Spans spans={ownerLabel(holder.owner)} /></dd></>}
        <dt>Path</dt>
        <dd><Path text={path} /></dd>
        {source !== null && <><dt>Class</dt><dd><Source source={source} /></dd></>}
        {functions.filter((each) => each.source !== null).map(({ name, source: place }, i) => (
          <Fragment key={i}><dt>Function</dt><dd><Heap text={name || '(anonymous)'} /> <Source source={place} /></dd></Fragment>
        ))}
        {component !== undefined && <><dt>Component</dt><dd><Spans spans={functionLabel(component)} /></dd></>}
        {code && <><dt>Code</dt><dd><pre class="code">{codeLines(code).map((spans: Span[], i: number) => <div key={i}><Spans spans={spans} /></div>)}</pre></dd></>}
        {otherHolders.map((other) => (
          <Fragment key={other.id}>
            <dt>Also held by</dt>
            <dd><Heap class="class-name" text={other.className} /> <IdLink id={other.id} /> <Path text={other.path} /> <span class="faint">{formatAmount(other.count, 'object')}</span> <Source source={other.source} /></dd>
          </Fragment>
        ))}
        {deadVariables.map((dead, i) => <Fragment key={i}><dt>Keeps</dt><dd><Spans spans={keeps(dead)} /></dd></Fragment>)}
        <dt>Frees</dt>
        <dd>{freed(suspect)}</dd>
        <dt>Examples</dt>
        <dd class="ids">{sampleIds.map((id) => <IdLink key={id} id={id} />)}</dd>
      </dl>
      </div>
    </article>
  );
}

/** The growth in each interval of the series, as bars. */
function Growth({ suspect: { addedCount, addedBytes } }: { suspect: Suspect }) {
  if (addedCount.length === 0) return null;
  // A growing object adds bytes but no objects.
  const bars = addedCount.every((count) => count === 0) ? (addedBytes ?? addedCount) : addedCount;
  const most = Math.max(1, ...bars.map(Math.abs));
  return (
    <ol class="growth" aria-label="Added in each interval">
      {addedCount.map((count, i) => {
        const size = addedBytes?.[i];
        return (
          <li key={i} title={size === undefined ? undefined : `${formatCount(size)} bytes`}>
            <span class={`growth-bar ${count < 0 ? 'less' : ''}`} style={{ width: `${(100 * Math.abs(bars[i]!)) / most}%` }} />
            <span class="growth-text">{formatCountDelta(count)}{size !== undefined && <span class="faint"> {formatBytesDelta(size)}</span>}</span>
          </li>
        );
      })}
    </ol>
  );
}
