// Draws the top of the dominator tree as rectangles, laid out by d3-hierarchy.

import { hierarchy, type HierarchyRectangularNode, partition, treemap, treemapSquarify } from 'd3-hierarchy';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DominatorRow } from '../../../index.js';
import { formatAmount, formatBytes, formatCount, formatPercent } from '../../../lib/format/numbers.js';
import { useApp } from '../model/app.js';
import { kindOf, nodeText } from './text.js';

/** A node, or the sum of nodes that are too small or too many to draw. */
interface Area {
  row?: DominatorRow;
  /** The number of nodes in a sum. */
  count?: number;
  value: number;
  children?: Area[];
}

type Rectangle = HierarchyRectangularNode<Area>;

interface AreasProps {
  root: DominatorRow;
  shape: 'treemap' | 'icicle';
  zoom: (id: number) => void;
}

/** Sizes in pixels below which a rectangle has no text, and below which it is not drawn. */
export const MIN_TEXT = { width: 34, height: 14 };
const MIN_SIDE = { treemap: 4, icicle: 1 };
const HEADING = 17;
const ICICLE_ROW = 40;

export function Areas({ root, shape, zoom }: AreasProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const rectangles = useMemo(() => (width === 0 ? [] : layOut(root, shape, width, height)), [root, shape, width, height]);
  return (
    <div class={`areas ${shape}`} ref={box}>
      {rectangles.map((rectangle) => (
        <AreaBox key={keyOf(rectangle)} rectangle={rectangle} isTop={rectangle.depth === 0} zoom={zoom} />
      ))}
    </div>
  );
}

function layOut(root: DominatorRow, shape: AreasProps['shape'], width: number, height: number): Rectangle[] {
  const tree = hierarchy(areaOf(root)).sum(({ value }) => value);
  const placed =
    shape === 'treemap'
      ? treemap<Area>().size([width, height]).tile(treemapSquarify).paddingOuter(2).paddingTop(HEADING).paddingInner(1).round(true)(tree)
      : partition<Area>().size([width, (tree.height + 1) * ICICLE_ROW]).padding(1).round(true)(tree);
  return placed.descendants().filter(({ x0, x1, y0, y1 }) => Math.min(x1 - x0, y1 - y0) >= MIN_SIDE[shape]);
}

/** The area of an object: itself, its drawn children, and the rest add up to the retained size. */
function areaOf(row: DominatorRow): Area {
  const children = row.children.map(areaOf);
  if (row.rest.retainedSize > 0) children.push({ count: row.rest.count, value: row.rest.retainedSize });
  return children.length === 0 ? { row, value: row.retainedSize } : { row, value: row.selfSize, children };
}

function AreaBox({ rectangle: { data, x0, x1, y0, y1, parent }, isTop, zoom }: { rectangle: Rectangle; isTop: boolean; zoom: (id: number) => void }) {
  const { showStrings } = useApp();
  const [width, height] = [x1 - x0, y1 - y0];
  const place = { left: `${x0}px`, top: `${y0}px`, width: `${width}px`, height: `${height}px` };
  const hasRoom = width >= MIN_TEXT.width && height >= MIN_TEXT.height;
  if (data.row === undefined) {
    const text = `${formatAmount(data.count ?? 0, 'smaller object')}, ${formatBytes(data.value)}`;
    return (
      <div class="area rest" style={place} title={text}>
        {hasRoom && <span class="area-text">{text}</span>}
      </div>
    );
  }
  const { row } = data;
  const name = nodeText(row, showStrings);
  const held = parent === null || parent.data.row === undefined ? '' : `\nin ${nodeText(parent.data.row, showStrings)}`;
  const title = `${name}\n${formatBytes(row.retainedSize)} (${formatCount(row.retainedSize)} bytes, ${formatPercent(row.percent)} of the heap)${held}`;
  const leads = row.childCount > 0 && !isTop;
  return (
    <div
      class={`area type-${kindOf(row.type)}${data.children === undefined ? ' leaf' : ''}`}
      style={place}
      title={title}
      role={leads ? 'button' : undefined}
      tabIndex={leads ? 0 : undefined}
      aria-label={title}
      onClick={leads ? (event) => (event.stopPropagation(), zoom(row.id)) : undefined}
      onKeyDown={leads ? (event) => event.key === 'Enter' && zoom(row.id) : undefined}
    >
      {hasRoom && (
        <span class="area-text">
          <span class="area-name">{name}</span>
          {width > 110 && <span class="area-size">{formatBytes(row.retainedSize)}</span>}
        </span>
      )}
    </div>
  );
}

function keyOf({ data, parent }: Rectangle): string {
  return data.row === undefined ? `rest of ${parent?.data.row?.id}` : String(data.row.id);
}

/** The current size of an element. */
export function useSize(element: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return size;
}
