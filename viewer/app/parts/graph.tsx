// Draws the retainers of an object: the object on the right, its retainers to the left.

import { useMemo } from 'preact/hooks';
import type { FilterResult, NodeRow, TreeItem } from '../../../index.js';
import { referenceLabel } from '../../../lib/format/labels.js';
import { formatBytes, formatCount } from '../../../lib/format/numbers.js';
import { useAnswer, useApp, useSnapshot } from '../model/app.js';
import { holderGraph, type Hold, type Holder } from '../model/holders.js';
import { change, go, usePlace } from '../model/place.js';
import { matches } from '../model/search.js';
import { FilterBox, Slider, Switch } from './controls.js';
import { Answer } from './states.js';
import { kindOf, nodeText } from './text.js';

const USUAL = { depth: 5, breadth: 4 };

/** Wide drawings are scaled down to this at most, to remain readable. */
const MIN_SCALE = 0.75;

const BOX = { width: 190, height: 44, gapX: 96, gapY: 18, margin: 16 };

export function HolderGraph({ id }: { id: number }) {
  const { snapshot } = useSnapshot();
  const { params } = usePlace();
  const depth = numberOr(USUAL.depth, params['depth']);
  const breadth = numberOr(USUAL.breadth, params['breadth']);
  const answered = useAnswer<FilterResult>({ ask: 'filter', id: [id], retainers: { depth, limit: breadth } }, [snapshot]);
  const set = (name: string, value: number, usual: number) => change({ [name]: value === usual ? undefined : String(value) }, 'replace');
  return (
    <>
      <div class="bar filters">
        <Slider label="Reference depth" min={1} max={12} value={depth} onChange={(value) => set('depth', value, USUAL.depth)} />
        <Slider label="Max references" min={1} max={12} value={breadth} onChange={(value) => set('breadth', value, USUAL.breadth)} />
        <Switch label="Hide internals" help="Leave out V8's own objects; dashed lines pass through them" checked={params['internals'] !== '1'} onChange={(hide) => change({ internals: hide ? undefined : '1' })} />
        <FilterBox label="Source" placeholder="Only in script…" value={params['source'] ?? ''} onChange={(source) => change({ source }, 'replace')} />
      </div>
      <Answer of={answered} what="Drawing">{({ nodes: [target] }) => (target === undefined ? null : <Drawing target={target} />)}</Answer>
    </>
  );
}

/** As in paths: `.name`, `[3]`, `{variable}`. V8's names for hidden stores of elements and properties are left out. */
function labelOf({ type, name }: TreeItem, isHidden: boolean): string {
  if (type === 'context') return `{${name}}`;
  if (type === 'internal' && /^\d+$/.test(String(name))) return `[${name}]`;
  return isHidden && (type === 'internal' || type === 'hidden') ? '' : referenceLabel({ type, name }).text;
}

function numberOr(usual: number, text: string | undefined): number {
  const value = Number(text ?? usual);
  return Number.isInteger(value) && value >= 1 && value <= 12 ? value : usual;
}

function Drawing({ target }: { target: NodeRow }) {
  const { params } = usePlace();
  const hideInternals = params['internals'] !== '1';
  const graph = useMemo(
    () => holderGraph(target, { hideInternals, inSource: matches(params['source']) }, labelOf),
    [target, hideInternals, params['source']],
  );
  const columns = Math.max(...graph.holders.map(({ column }) => column)) + 1;
  const tallest = Math.max(...Array.from({ length: columns }, (_, column) => graph.holders.filter((holder) => holder.column === column).length));
  const width = 2 * BOX.margin + columns * BOX.width + (columns - 1) * BOX.gapX;
  const height = 2 * BOX.margin + tallest * (BOX.height + BOX.gapY);
  const counts = Array.from({ length: columns }, (_, column) => graph.holders.filter((holder) => holder.column === column).length);
  const at = ({ column, place }: Holder) => ({
    x: BOX.margin + (columns - 1 - column) * (BOX.width + BOX.gapX),
    y: BOX.margin + ((tallest - (counts[column] ?? 0)) / 2 + place) * (BOX.height + BOX.gapY),
  });
  const places = new Map(graph.holders.map((holder) => [holder.node.id, at(holder)]));
  return (
    <div class="graph" key={columns} ref={atTheEnd}>
      <svg viewBox={`0 0 ${width} ${height}`} style={{ width: `${width}px`, minWidth: `${MIN_SCALE * width}px` }} role="group" aria-label="Retainers of the object">
        {graph.holds.map((hold) => <Line key={`${hold.from} ${hold.to}`} hold={hold} places={places} />)}
        {graph.holders.map((holder) => <HolderBox key={holder.node.id} holder={holder} place={at(holder)} />)}
      </svg>
      {graph.holders.length === 1 && <p class="empty">All its retainers are hidden by the filters above.</p>}
    </div>
  );
}

/** Scrolls to the object itself, at the right end. */
function atTheEnd(element: HTMLElement | null): void {
  if (element !== null) element.scrollLeft = element.scrollWidth;
}

function Line({ hold: { from, to, label, isDirect }, places }: { hold: Hold; places: Map<number, { x: number; y: number }> }) {
  const start = places.get(from);
  const end = places.get(to);
  if (start === undefined || end === undefined) return null;
  const [x0, y0, x1, y1] = [start.x + BOX.width, start.y + BOX.height / 2, end.x, end.y + BOX.height / 2];
  const bend = Math.max(40, Math.abs(x1 - x0) / 2);
  return (
    <g class={`hold${isDirect ? '' : ' over'}`}>
      <path d={`M${x0},${y0} C${x0 + bend},${y0} ${x1 - bend},${y1} ${x1},${y1}`} />
      <text x={(x0 + x1) / 2} y={(y0 + y1) / 2 - 4}>
        {shortened(label, 18)}
        <title>{label}</title>
      </text>
    </g>
  );
}

function HolderBox({ holder: { node, column, omitted }, place: { x, y } }: { holder: Holder; place: { x: number; y: number } }) {
  const { showStrings } = useApp();
  const { params } = usePlace();
  const name = nodeText(node, showStrings);
  const open = () => go({ view: 'node', params: { ...params, id: String(node.id), tab: 'graph' } });
  return (
    <g
      class={`holder type-${kindOf(node.type)}${column === 0 ? ' target' : ''}`}
      transform={`translate(${x},${y})`}
      role="link"
      tabIndex={0}
      aria-label={name}
      onClick={open}
      onKeyDown={(event) => event.key === 'Enter' && open()}
    >
      <title>{`${name}\n${formatCount(node.retainedSize)} bytes retained${node.source === null ? '' : `\n${node.source.script}:${node.source.line}`}`}</title>
      <rect width={BOX.width} height={BOX.height} rx={6} />
      <text class="holder-name" x={10} y={18}>{shortened(name, 26)}</text>
      <text class="holder-size" x={10} y={34}>{formatBytes(node.retainedSize)}{node.distance < 1e8 ? ` · distance ${node.distance}` : ''}</text>
      {omitted > 0 && <text class="holder-more" x={BOX.width - 8} y={34}>+{formatCount(omitted)}</text>}
    </g>
  );
}

/** The text without its middle, so that the id at its end stays. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${text.slice(0, most - 1 - end)}…${text.slice(text.length - end)}`;
}
