// Objects by name, class, type, source and size.

import { useState } from 'preact/hooks';
import type { FilterResult } from '../../../index.js';
import { ask, useApp, useSnapshot } from '../model/app.js';
import type { Question } from '../model/engine.js';
import { change, usePlace } from '../model/place.js';
import { textMatch, typedSize } from '../model/search.js';
import { openTo } from '../model/sources.js';
import { Choice, FilterBox, NamedFilterChoice, Switch } from '../parts/controls.js';
import { ObjectTable, useOrder, useSource } from '../parts/objects.js';
import { Total } from '../parts/table.js';
import { Size } from '../parts/text.js';

export function Objects() {
  const { engine } = useApp();
  const { snapshot, summary } = useSnapshot();
  const { params } = usePlace();
  const order = useOrder({ key: 'retainedSize', order: 'descending' });
  const [found, setFound] = useState<{ total: number; selfSize: number }>();

  const question = questionOf(params, order);
  const source = useSource(
    () => ({
      async load(offset, limit) {
        const { total, selfSize, nodes } = await ask<FilterResult>(engine, [snapshot], { ...question, offset, limit });
        setFound({ total, selfSize });
        return { total, rows: nodes.map((node) => ({ node, ancestors: [node.id] })) };
      },
    }),
    [JSON.stringify(question)],
  );
  const types = [['', 'Any type'], ...nodeTypes(summary.meta).map((type) => [type, type] as const)] as const;
  const box = (name: string, label: string, placeholder: string, size: number) => (
    <FilterBox label={label} placeholder={placeholder} value={params[name] ?? ''} size={size} onChange={(value) => change({ [name]: value }, 'replace')} />
  );
  return (
    <section class="view">
      <div class="bar">
        <h1>Objects</h1>
        <Total count={found?.total} of="object" />
        {found !== undefined && <span class="faint">self size <Size bytes={found.selfSize} /></span>}
      </div>
      <div class="bar filters">
        {box('q', 'Name', 'Name or /regex/', 22)}
        {box('class', 'Class', 'Class or /regex/', 18)}
        <Choice label="Type" value={params['type'] ?? ''} options={types} onChange={(type) => change({ type })} />
        {box('source', 'Source', 'Script or /regex/', 16)}
        {box('self', 'Self size at least', 'Self ≥ 1kB', 9)}
        {box('retained', 'Retained size at least', 'Retained ≥ 1MB', 12)}
        <NamedFilterChoice value={params['only'] ?? ''} onChange={(only) => change({ only })} />
        <Switch label="Mine only" help="Hide objects of Node.js, V8 and internals" checked={params['mine'] === '1'} onChange={(mine) => change({ mine: mine ? '1' : undefined })} />
        <Switch label="Detached" help="Detached DOM nodes" checked={params['detached'] === '1'} onChange={(detached) => change({ detached: detached ? '1' : undefined })} />
      </div>
      <ObjectTable label="Objects" source={source} childrenOf={openTo(engine, snapshot, 'references')} order={order} empty="No object matches." />
    </section>
  );
}

function questionOf(params: Readonly<Record<string, string>>, { key, order }: { key: string; order: string }): Question {
  const name = textMatch(params['q']);
  const className = textMatch(params['class']);
  const script = textMatch(params['source']);
  const self = typedSize(params['self']);
  const retained = typedSize(params['retained']);
  return {
    ask: 'filter',
    ...(name && { name }),
    ...(className && { class: className }),
    ...(params['type'] && { type: [params['type']] }),
    ...(script && { script }),
    ...(self !== undefined && { selfSize: { min: self } }),
    ...(retained !== undefined && { retainedSize: { min: retained } }),
    ...(params['only'] && { filter: params['only'] }),
    ...(params['mine'] === '1' && { mineOnly: true }),
    ...(params['detached'] === '1' && { detached: true }),
    sort: key,
    order,
  };
}

/** The node types that the file declares. */
function nodeTypes(meta: { node_types: unknown[] }): string[] {
  const [types] = meta.node_types;
  return Array.isArray(types) ? types.filter((type): type is string => typeof type === 'string') : [];
}
