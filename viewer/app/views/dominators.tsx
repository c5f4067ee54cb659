// The dominator tree as areas: every object is drawn inside its dominator.

import type { DominatorRow } from '../../../index.js';
import { useAnswer, useApp, useSnapshot } from '../model/app.js';
import { change, usePlace } from '../model/place.js';
import { openToDominated, nodesOf } from '../model/sources.js';
import { Areas } from '../parts/areas.js';
import { Chain, type ChainRow } from '../parts/chain.js';
import { Segments } from '../parts/controls.js';
import { ObjectTable, useSource } from '../parts/objects.js';
import { Answer } from '../parts/states.js';
import { NodeLabel, NodeLink, SizeShare } from '../parts/text.js';

const SHAPES = [
  ['treemap', 'Treemap'],
  ['icicle', 'Icicle'],
  ['list', 'List'],
] as const;

/** The depth and the least share of requested areas: smaller ones would be dots. */
const DRAWN = { treemap: { depth: 5, limit: 1000, minShare: 0.00025 }, icicle: { depth: 18, limit: 200, minShare: 0.001 } };

export function Dominators() {
  const { snapshot, summary } = useSnapshot();
  const { params } = usePlace();
  const shape = SHAPES.find(([name]) => name === params['as'])?.[0] ?? 'treemap';
  const root = params['root'] === undefined ? summary.rootId : Number(params['root']);
  const dominators = useAnswer<ChainRow[]>({ ask: 'dominatorPath', id: root }, [snapshot]);
  const zoom = (id: number) => change({ root: id === summary.rootId ? undefined : String(id) });
  return (
    <section class="view">
      <div class="bar">
        <h1>Dominators</h1>
        <Segments label="Shape" value={shape} options={SHAPES} onChange={(as) => change({ as: as === 'treemap' ? undefined : as })} />
        <span class="faint">Areas are retained sizes: objects inside a rectangle would be freed with it.</span>
      </div>
      <ZoomPath nodes={dominators.answer} zoom={zoom} />
      {shape === 'list' ? <Listed id={root} /> : <Drawn id={root} shape={shape} zoom={zoom} />}
    </section>
  );
}

function Drawn({ id, shape, zoom }: { id: number; shape: 'treemap' | 'icicle'; zoom: (id: number) => void }) {
  const { snapshot } = useSnapshot();
  const tree = useAnswer<DominatorRow>({ ask: 'dominatorTree', root: id, ...DRAWN[shape] }, [snapshot]);
  return <Answer of={tree} what="Measuring">{(root) => <Areas root={root} shape={shape} zoom={zoom} />}</Answer>;
}

function Listed({ id }: { id: number }) {
  const { engine } = useApp();
  const { snapshot } = useSnapshot();
  const source = useSource((each, key) => nodesOf(each, key, { ask: 'dominated', id }, [id]), [id]);
  return <ObjectTable label="Dominated objects" source={source} childrenOf={openToDominated(engine, snapshot)} empty="It dominates no other object." />;
}

/** The path from the root to the zoomed object; any step zooms out. */
function ZoomPath({ nodes, zoom }: { nodes: ChainRow[] | undefined; zoom: (id: number) => void }) {
  const last = nodes?.at(-1);
  if (nodes === undefined || last === undefined) return <nav class="breadcrumbs" aria-label="Zoom" />;
  return (
    <nav class="breadcrumbs" aria-label="Zoom">
      <Chain rows={nodes}>
        {(node, isLast) =>
          isLast ? (
            <NodeLink node={node} />
          ) : (
            <button type="button" class="plain" onClick={() => zoom(node.id)}>
              <NodeLabel node={node} />
            </button>
          )
        }
      </Chain>
      <SizeShare bytes={last.retainedSize} percent={last.percent} />
    </nav>
  );
}
