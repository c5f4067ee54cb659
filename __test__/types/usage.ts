// index.d.ts as its users meet it. Compiled, never run: what must not compile is marked as expected to fail.

import { Readable } from 'node:stream';
import v8 from 'node:v8';
import { diff, filter, HeaprayError, parse, report, version } from 'heapray';
import type { ClassDiffRow, NodeRow, Query, Report, Snapshot, Source } from 'heapray';

const sources: Source[] = [
  'app.heapsnapshot',
  new URL('file:///app.heapsnapshot'),
  Buffer.alloc(0),
  new Uint8Array(),
  new ArrayBuffer(0),
  v8.getHeapSnapshot(),
  Readable.toWeb(v8.getHeapSnapshot()) as ReadableStream<Uint8Array>,
  ['{', new Uint8Array()],
  (async function* () { yield '{'; })(),
];

export async function everythingThatIsPromised(): Promise<void> {
  const { signal } = new AbortController();
  const snapshot: Snapshot = await parse(sources[0]!, { signal, maxBytes: 1e9, onProgress: ({ phase, done, total }) => console.log(phase, done / total) });
  const sizes: number[] = [snapshot.nodeCount, snapshot.totalSize, snapshot.statistics.v8heap.jsArrays, snapshot.nativeBytes];
  const fields: string[] = snapshot.meta.node_fields;

  const query: Query = { class: { contains: 'session' }, retainedSize: { min: 1e6 }, sort: 'ratio', retainers: { depth: 3 }, filter: 'nativeContext_42' };
  const { nodes, next, total } = await filter(snapshot, query, { signal });
  const first: NodeRow | undefined = nodes[0];
  const script: string | null | undefined = first?.source?.script;
  const holder: number | undefined = first?.retainers?.items[0]?.node.id;
  const target: number | undefined = first?.edges?.[0]?.to;

  const columns = await snapshot.columns(['id', 'retainedSize']);
  const retained: Float64Array = columns.retainedSize;
  // @ts-expect-error only the columns asked for are there
  columns.distance;

  const paths = await snapshot.retainingPaths('Session', { limit: 3 });
  const text: string | undefined = paths.paths[0]?.text;
  const classes: string[] = (await snapshot.classes({ sort: 'count' })).classes.map(({ name }) => name);

  const asObject: Report = await report(snapshot);
  const asText: string = await report('app.heapsnapshot', { format: 'markdown', limit: 5 });
  const changed: ClassDiffRow[] | undefined = (await diff('before.heapsnapshot', snapshot)).classes;
  const changedText: string = await diff('before.heapsnapshot', snapshot, { mode: 'grown', paths: true, format: 'text' });

  snapshot.close();
  snapshot[Symbol.dispose]();
  console.log(sizes, fields, next, total, script, holder, target, retained, text, classes, asObject, asText, changed, changedText, version);
}

export async function errorsHaveCodes(): Promise<string | undefined> {
  try {
    await parse('missing.heapsnapshot');
    return undefined;
  } catch (error) {
    return error instanceof HeaprayError && error.code === 'ERR_IO' ? `${error.section} at ${error.offset}` : undefined;
  }
}

export async function mistakesDoNotCompile(snapshot: Snapshot): Promise<void> {
  // @ts-expect-error a number is no source
  await parse(42);
  // @ts-expect-error no such sort order
  await filter(snapshot, { sort: 'size' });
  // @ts-expect-error no such named filter
  await filter(snapshot, { filter: 'detached' });
  // @ts-expect-error no such mode
  await diff(snapshot, snapshot, { mode: 'all' });
  // @ts-expect-error text is not a report
  const wrong: Report = await report(snapshot, { format: 'text' });
  // @ts-expect-error counts are read-only
  snapshot.nodeCount = 1;
  console.log(wrong);
}
