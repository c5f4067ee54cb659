// Draws a tree of calls as a flame graph, the outermost calls on top, and the timeline above it.

import { hierarchy, type HierarchyRectangularNode, partition } from 'd3-hierarchy';
import { useMemo, useRef } from 'preact/hooks';
import type { TimelineSample } from '../../../index.js';
import { sourceLabel } from '../../../lib/format/labels.js';
import { formatBytes, formatCount, formatPercent } from '../../../lib/format/numbers.js';
import { textOf } from '../../../lib/format/spans.js';
import { visible } from '../../../lib/format/text.js';
import { barsOf, type Call } from '../model/flame.js';
import { MIN_TEXT, useSize } from './areas.js';

const ROW = 22;
const MAX_BARS = 200;
/** Colours of calls, by script. */
const COLOURS = 6;

interface FlameProps {
  root: Call;
  /** Bytes of all stacks. */
  all: number;
  /** Follows positions among children, from `root` down. */
  zoom: (positions: number[]) => void;
}

type Rectangle = HierarchyRectangularNode<Call>;

export const nameOf = ({ name }: Call) => visible(name || '(anonymous)');

export function Flame({ root, all, zoom }: FlameProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const rectangles = useMemo(() => (width === 0 ? [] : layOut(root, width)), [root, width]);
  return (
    <div class="areas flame" ref={box}>
      {rectangles.map((rectangle) => (
        <CallBox key={positionsOf(rectangle).join('.')} rectangle={rectangle} all={all} zoom={zoom} />
      ))}
    </div>
  );
}

function layOut(root: Call, width: number): Rectangle[] {
  const tree = hierarchy(root).sum(({ own }) => own);
  const placed = partition<Call>().size([width, (tree.height + 1) * ROW]).round(true)(tree);
  return placed.descendants().filter(({ x0, x1 }) => x1 - x0 >= 1);
}

function CallBox({ rectangle, all, zoom }: { rectangle: Rectangle; all: number; zoom: FlameProps['zoom'] }) {
  const { data, depth, x0, x1, y0, y1 } = rectangle;
  const name = depth === 0 && data.name === '' && data.source === null ? 'All stacks' : nameOf(data);
  const place = textOf(sourceLabel(data.source));
  const title = `${name}${place === '' ? '' : `\n${place}`}\n${formatBytes(data.total)} (${formatCount(data.total)} bytes, ${formatPercent((100 * data.total) / all)}), ${formatBytes(data.own)} of its own`;
  const leads = depth > 0 && data.children.length > 0;
  const go = () => zoom(positionsOf(rectangle));
  return (
    <div
      class={`area call-${colourOf(data)}`}
      style={{ left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0 - 1}px` }}
      title={title}
      aria-label={title}
      role={leads ? 'button' : undefined}
      tabIndex={leads ? 0 : undefined}
      onClick={leads ? go : undefined}
      onKeyDown={leads ? (event) => event.key === 'Enter' && go() : undefined}
    >
      {x1 - x0 >= MIN_TEXT.width && (
        <span class="area-text">
          <span class="area-name">{name}</span>
          {x1 - x0 > 110 && <span class="area-size">{formatBytes(data.total)}</span>}
        </span>
      )}
    </div>
  );
}

function positionsOf(rectangle: Rectangle): number[] {
  const calls = rectangle.ancestors().reverse();
  return calls.slice(1).map((call, i) => calls[i]!.children!.indexOf(call));
}

/** One colour for the functions of a script. */
function colourOf({ source }: Call): number {
  let sum = 0;
  for (const unit of source?.script ?? '') sum = (sum * 31 + unit.charCodeAt(0)) % 9973;
  return source?.script ? 1 + (sum % (COLOURS - 1)) : 0;
}

/** What is alive of the objects that were created in each part of the recording. */
export function Timeline({ samples }: { samples: readonly TimelineSample[] }) {
  const bars = barsOf(samples, MAX_BARS);
  if (bars.length === 0) return null;
  const most = Math.max(1, ...bars.map(({ size }) => size));
  const seconds = (time: number) => `${(time / 1000).toFixed(1)} s`;
  const sum = bars.reduce((bytes, { size }) => bytes + size, 0);
  const label = `Alive of what was created from ${seconds(bars[0]!.from)} to ${seconds(bars.at(-1)!.to)}: ${formatBytes(sum)}, at most ${formatBytes(most)} in a bar`;
  return (
    <figure class="timeline">
      <div class="timeline-bars" role="img" aria-label={label}>
        {bars.map(({ from, to, size }) => (
          <span key={from} style={{ height: `${(100 * size) / most}%` }} title={`${seconds(from)} to ${seconds(to)}: ${formatBytes(size)} alive`} />
        ))}
      </div>
      <figcaption class="faint">{label}</figcaption>
    </figure>
  );
}
