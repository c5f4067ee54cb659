// Where objects were allocated: the stacks as a flame graph, below the timeline of what is alive.

import type { AllocationPage, TimelineSample } from '../../../index.js';
import { formatAmount, formatBytes } from '../../../lib/format/numbers.js';
import { useAnswer, useSnapshot } from '../model/app.js';
import { isProfile } from '../model/engine.js';
import { callsTo, callTree, type Weight } from '../model/flame.js';
import { change, usePlace } from '../model/place.js';
import { Segments } from '../parts/controls.js';
import { Flame, nameOf, Timeline } from '../parts/flame.js';
import { Answer } from '../parts/states.js';

/** Stacks that are drawn, those with most bytes. */
const MAX_STACKS = 5000;

const WEIGHTS = [
  ['liveSize', 'Alive'],
  ['size', 'All'],
] as const;

export function Allocations() {
  const open = useSnapshot();
  const { params } = usePlace();
  const sampled = isProfile(open);
  const weight: Weight = sampled || params['of'] === 'size' ? 'size' : 'liveSize';
  const page = useAnswer<AllocationPage>({ ask: 'allocations', by: 'stack', sort: weight, limit: MAX_STACKS }, [open.snapshot]);
  const samples = useAnswer<TimelineSample[]>(sampled ? undefined : { ask: 'samples' }, [open.snapshot]);
  const setWeight = (of: string) => change({ of: of === 'liveSize' ? undefined : of, in: undefined });
  return (
    <section class="view">
      <div class="bar">
        <h1>Allocations</h1>
        {!sampled && <Segments label="Bytes" value={weight} options={WEIGHTS} onChange={setWeight} />}
        <span class="faint">Widths are bytes allocated in a call and in the calls from it.</span>
      </div>
      {samples.answer !== undefined && <Timeline samples={samples.answer} />}
      <Answer of={page} what="Adding up">{(answer) => <Stacks page={answer} weight={weight} place={params['in'] ?? ''} />}</Answer>
    </section>
  );
}

function Stacks({ page, weight, place }: { page: AllocationPage; weight: Weight; place: string }) {
  if (!page.available) return <p>Not available: {page.reason}.</p>;
  const root = callTree(page, weight);
  if (root.total === 0) return <p>Nothing of it is alive.</p>;
  const calls = callsTo(root, place);
  const positions = place.split('.').slice(0, calls.length - 1);
  const to = (depth: number) => change({ in: positions.slice(0, depth).join('.') || undefined });
  const missing = page.total - page.stacks.length;
  return (
    <>
      <nav class="breadcrumbs" aria-label="Zoom">
        {calls.map((call, depth) => (
          <button key={depth} type="button" class="plain" disabled={depth === calls.length - 1} onClick={() => to(depth)}>
            {depth === 0 ? `All stacks, ${formatBytes(root.total)}` : nameOf(call)}
          </button>
        ))}
        {missing > 0 && <span class="faint">{formatAmount(missing, 'smaller stack')} left out</span>}
      </nav>
      <Flame root={calls.at(-1)!} all={root.total} zoom={(further) => change({ in: [...positions, ...further].join('.') })} />
    </>
  );
}
