// Inline elements for nodes, references, source locations and numbers. Everything from the heap becomes a text node.

import type { ComponentChildren } from 'preact';
import type { NodeRow, PathStep, SourceLocation, TreeItem } from '../../../index.js';
import { nodeLabel, referenceLabel, sourceLabel, stepNode } from '../../../lib/format/labels.js';
import { formatBytes, formatBytesDelta, formatCount, formatCountDelta, formatDistance, formatPercent } from '../../../lib/format/numbers.js';
import { textOf } from '../../../lib/format/spans.js';
import { visible } from '../../../lib/format/text.js';
import { useApp } from '../model/app.js';
import { beside, hashOf, usePlace } from '../model/place.js';

export interface Span {
  text: string;
  role: string;
}

export function Spans({ spans }: { spans: Span[] }) {
  return spans.map(({ text, role }, i) => (
    <span key={i} class={`role-${role}`}>
      {text}
    </span>
  ));
}

/** Text from the heap, with control characters and direction overrides escaped. */
export function Heap({ text, class: className }: { text: string; class?: string }) {
  return <span class={className}>{visible(text)}</span>;
}

/** Bytes in human-readable units, with the exact number as a tooltip. */
export function Size({ bytes }: { bytes: number }) {
  return <span title={`${formatCount(bytes)} bytes`}>{formatBytes(bytes)}</span>;
}

export function SizeDelta({ bytes }: { bytes: number }) {
  return (
    <span class={signOf(bytes)} title={`${bytes > 0 ? '+' : ''}${formatCount(bytes)} bytes`}>
      {formatBytesDelta(bytes)}
    </span>
  );
}

export function CountDelta({ count }: { count: number }) {
  return <span class={signOf(count)}>{formatCountDelta(count)}</span>;
}

function signOf(value: number): string {
  return value > 0 ? 'more' : value < 0 ? 'less' : 'same';
}

export function Count({ count }: { count: number }) {
  return <span>{formatCount(count)}</span>;
}

export function Percent({ percent }: { percent: number }) {
  return <span>{formatPercent(percent)}</span>;
}

export function Distance({ distance }: { distance: number }) {
  return <span>{formatDistance(distance)}</span>;
}

/** Bytes above a bar for their share of the heap. */
export function SizeShare({ bytes, percent }: { bytes: number; percent: number }) {
  return (
    <span class="share" title={`${formatCount(bytes)} bytes, ${formatPercent(percent)} of the heap`}>
      <span class="share-bar" style={{ width: `${Math.min(100, percent)}%` }} />
      <span class="share-size">{formatBytes(bytes)}</span>
      <span class="share-percent">{formatPercent(percent)}</span>
    </span>
  );
}

/** A location in a script, truncated at its beginning. */
export function Source({ source }: { source: SourceLocation | null | undefined }) {
  const spans: Span[] = sourceLabel(source);
  if (spans.length === 0) return null;
  const text = textOf(spans);
  return (
    <span class="source" title={text}>
      <bdi>{text}</bdi>
    </span>
  );
}

type Labelled = Pick<NodeRow, 'id' | 'type' | 'name' | 'className' | 'detached'>;

export function NodeLabel({ node }: { node: Labelled }) {
  const { showStrings } = useApp();
  return (
    <span class={`node type-${kindOf(node.type)}`}>
      <Spans spans={nodeLabel(node, { showStrings })} />
    </span>
  );
}

/** The label of a node as plain text, for attributes. */
export function nodeText(node: Labelled, showStrings: boolean): string {
  return textOf(nodeLabel(node, { showStrings }));
}

/** The node's label, linked to its page. */
export function NodeLink({ node }: { node: Labelled }) {
  return (
    <a class="node-link" href={useNodeHref(node.id)}>
      <NodeLabel node={node} />
    </a>
  );
}

export function IdLink({ id }: { id: number }) {
  return (
    <a class="node-link role-id" href={useNodeHref(id)}>
      @{id}
    </a>
  );
}

function useNodeHref(id: number): string {
  return hashOf(beside(usePlace(), 'node', { id: String(id) }));
}

export function Reference({ item }: { item: Pick<TreeItem, 'type' | 'name'> }) {
  return <Spans spans={[referenceLabel(item)]} />;
}

export function stepAsNode(step: PathStep): Labelled {
  return stepNode(step);
}

const KINDS = new Map([
  ['concatenated string', 'string'],
  ['sliced string', 'string'],
  ['object shape', 'shape'],
]);

/** The node type as a word for class names. */
export function kindOf(type: string): string {
  return KINDS.get(type) ?? (/^[a-z]+$/.test(type) ? type : 'other');
}

/** A path, with line breaks before steps. */
export function Path({ text }: { text: string }) {
  const steps: string[] = visible(text).split(/(?=[.[{(])| (?=→)/);
  return (
    <code class="path">
      {steps.map((step, i) => (
        <span key={i}>
          {i > 0 && <wbr />}
          {step.startsWith('→') ? ` ${step}` : step}
        </span>
      ))}
    </code>
  );
}

export function Badge({ children, tone = 'plain' }: { children: ComponentChildren; tone?: string }) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}
