// One object: its properties, retaining paths, references and dominated objects.

import { Fragment } from 'preact';
import type { NodeRow, PathResult, RetainingPath } from '../../../index.js';
import { formatAmount } from '../../../lib/format/numbers.js';
import { useAnswer, useApp, useSnapshot } from '../model/app.js';
import { change, usePlace } from '../model/place.js';
import { neighbours, nodesOf, openTo, openToDominated } from '../model/sources.js';
import { Chain, type ChainRow, Omitted } from '../parts/chain.js';
import { Segments } from '../parts/controls.js';
import { HolderGraph } from '../parts/graph.js';
import { ObjectTable, useSource } from '../parts/objects.js';
import { Answer } from '../parts/states.js';
import { Badge, Count, Distance, Heap, NodeLabel, NodeLink, Path, Percent, Reference, Size, Source, stepAsNode } from '../parts/text.js';

const TABS = [
  ['paths', 'Retaining paths'],
  ['graph', 'Graph'],
  ['retainers', 'Retainers'],
  ['references', 'References'],
  ['dominated', 'Dominated objects'],
] as const;

export function Node() {
  const { params } = usePlace();
  const { snapshot } = useSnapshot();
  const id = Number(params['id'] ?? 1);
  const node = useAnswer<NodeRow>({ ask: 'node', id }, [snapshot]);
  const dominators = useAnswer<ChainRow[]>({ ask: 'dominatorPath', id }, [snapshot]);
  const tab = TABS.find(([name]) => name === params['tab'])?.[0] ?? 'paths';
  return (
    <section class="view">
      <Answer of={node} what="Looking for the object">
        {(row) => (
          <>
            <Heading node={row} />
            <DominatorPath nodes={dominators.answer} />
            <div class="bar">
              <Segments label="View of the object" value={tab} options={TABS} onChange={(name) => change({ tab: name === 'paths' ? undefined : name, sort: undefined, order: undefined })} />
            </div>
            {tab === 'paths' && <Paths id={row.id} />}
            {tab === 'graph' && <HolderGraph id={row.id} />}
            {tab === 'retainers' && <Neighbours id={row.id} of="retainers" />}
            {tab === 'references' && <Neighbours id={row.id} of="references" />}
            {tab === 'dominated' && <Dominated id={row.id} />}
          </>
        )}
      </Answer>
    </section>
  );
}

function Heading({ node }: { node: NodeRow }) {
  return (
    <header class="node-head">
      <h1>
        <NodeLabel node={node} />
      </h1>
      <p class="node-kind">
        <Badge>{node.type}</Badge> <Heap class="class-name" text={node.className} /> {node.detached && <Badge tone="alarm">detached</Badge>} <Source source={node.source} />
      </p>
      <dl class="figures">
        <div class="figure"><dt>Retained size</dt><dd><Size bytes={node.retainedSize} /></dd></div>
        <div class="figure"><dt>Share of the heap</dt><dd><Percent percent={node.percent} /></dd></div>
        <div class="figure"><dt>Self size</dt><dd><Size bytes={node.selfSize} /></dd></div>
        <div class="figure"><dt>Distance</dt><dd><Distance distance={node.distance} /></dd></div>
        <div class="figure"><dt>References</dt><dd><Count count={node.edgeCount} /></dd></div>
      </dl>
    </header>
  );
}

/** The dominators of the object, from the root down; of a long chain, both ends. */
function DominatorPath({ nodes }: { nodes: ChainRow[] | undefined }) {
  if (nodes === undefined) return null;
  return (
    <nav class="breadcrumbs" aria-label="Dominators, from the root down">
      <Chain rows={nodes} title={({ className }) => `${className}: dominates the objects to the right`}>
        {(node, isLast) => (isLast ? <NodeLabel node={node} /> : <NodeLink node={node} />)}
      </Chain>
    </nav>
  );
}

function Paths({ id }: { id: number }) {
  const { snapshot } = useSnapshot();
  const paths = useAnswer<PathResult>({ ask: 'retainingPaths', of: id, limit: 5 }, [snapshot]);
  return (
    <div class="scrolls">
      <Answer of={paths} what="Looking for retaining paths">
        {(result) =>
          result.paths.length === 0 ? (
            <p class="empty">No path from a GC root: it has only weak references, or is garbage that was not collected yet.</p>
          ) : (
            <>{result.paths.map((path, i) => <PathCard key={i} path={path} index={i} />)}</>
          )
        }
      </Answer>
    </div>
  );
}

function PathCard({ path, index }: { path: RetainingPath; index: number }) {
  return (
    <article class="card path-card">
      <h2>{index === 0 ? 'Shortest path' : 'Another path'} <small>{formatAmount(path.steps.length + (path.omitted ?? 0) - 1, 'step')} from the GC root</small></h2>
      <p><Path text={path.text} /></p>
      <ol class="steps">
        {path.steps.map((step, i) => (
          <Fragment key={step.id}>
            {i === Math.floor(path.steps.length / 2) && path.omitted !== undefined && <li><Omitted count={path.omitted} /></li>}
            <li>
              <span class="step-reference">{step.type === null || step.name === null ? <span class="faint">root</span> : <Reference item={{ type: step.type, name: step.name }} />}</span>
              <NodeLink node={stepAsNode(step)} />
              <Source source={step.source} />
              <Size bytes={step.retainedSize} />
            </li>
          </Fragment>
        ))}
      </ol>
    </article>
  );
}

function Neighbours({ id, of }: { id: number; of: 'references' | 'retainers' }) {
  const { engine } = useApp();
  const { snapshot } = useSnapshot();
  const source = useSource((each, key) => neighbours(each, key, of, id), [of, id]);
  const empty = of === 'references' ? 'It has no references.' : 'Only the root and weak references refer to it.';
  return <ObjectTable label={of === 'references' ? 'References' : 'Retainers'} source={source} childrenOf={openTo(engine, snapshot, of)} empty={empty} />;
}

function Dominated({ id }: { id: number }) {
  const { engine } = useApp();
  const { snapshot } = useSnapshot();
  const source = useSource((each, key) => nodesOf(each, key, { ask: 'dominated', id }, [id]), [id]);
  return <ObjectTable label="Dominated objects" source={source} childrenOf={openToDominated(engine, snapshot)} empty="It dominates no other object." />;
}
