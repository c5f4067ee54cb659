// The heap from its root on: what refers to what.

import { useApp, useSnapshot } from '../model/app.js';
import { useRoot } from '../model/root.js';
import { neighbours, openTo } from '../model/sources.js';
import { ObjectTable, useSource } from '../parts/objects.js';
import { Answer } from '../parts/states.js';

export function Containment() {
  return (
    <section class="view">
      <div class="bar">
        <h1>Containment</h1>
        <span class="faint">From the root on, every reference: largest retained size first.</span>
      </div>
      <Answer of={useRoot()} what="Looking for the root">{(root) => <FromRoot id={root.id} />}</Answer>
    </section>
  );
}

function FromRoot({ id }: { id: number }) {
  const { engine } = useApp();
  const { snapshot } = useSnapshot();
  const source = useSource((each, key) => neighbours(each, key, 'references', id), [id]);
  return <ObjectTable label="Containment" source={source} childrenOf={openTo(engine, snapshot, 'references')} />;
}
