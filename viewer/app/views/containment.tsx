// The references of the heap from its root down.

import { useApp, useSnapshot } from '../model/app.js';
import { neighbours, openTo } from '../model/sources.js';
import { ObjectTable, useSource } from '../parts/objects.js';

export function Containment() {
  const { engine } = useApp();
  const { snapshot, summary } = useSnapshot();
  const source = useSource((each, key) => neighbours(each, key, 'references', summary.rootId), [summary.rootId]);
  return (
    <section class="view">
      <div class="bar">
        <h1>Containment</h1>
        <span class="faint">References from the root down, largest retained size first.</span>
      </div>
      <ObjectTable label="Containment" source={source} childrenOf={openTo(engine, snapshot, 'references')} />
    </section>
  );
}
