// Checked by tsc, never run: the types say what the API does, and refuse what it would refuse.

import { createReadStream } from 'node:fs';
import v8 from 'node:v8';
import { attach, capture, diff, filter, HeaprayError, parse, report, version, watch } from '..';
import type { Attachment, DiffResult, NodeRow, Progress, Report, Snapshot } from '..';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_equal: Equal<A, B>): void {}

export async function sources(web: ReadableStream<Uint8Array>, chunks: AsyncIterable<string>): Promise<void> {
  const controller = new AbortController();
  const snapshot: Snapshot = await parse('a.heapsnapshot', {
    signal: controller.signal,
    maxBytes: Infinity,
    onProgress: (progress: Progress) => console.log(progress.phase, progress.done / progress.total),
  });
  await parse(new URL('file:///a'));
  await parse(Buffer.alloc(0));
  await parse(new Uint8Array(0));
  await parse(new ArrayBuffer(0));
  await parse(new SharedArrayBuffer(0));
  await parse(new DataView(new ArrayBuffer(0)));
  await parse(v8.getHeapSnapshot());
  await parse(createReadStream('a'));
  await parse(web);
  await parse(chunks);
  await parse([Buffer.alloc(0), 'text', new ArrayBuffer(0)]);
  // @ts-expect-error a number is no source
  await parse(7);
  // @ts-expect-error nor are chunks of numbers
  await parse([7]);
  // @ts-expect-error misspelt option
  await parse('a', { sginal: controller.signal });
  snapshot.close();
  snapshot[Symbol.dispose]();
}

export async function questions(snapshot: Snapshot): Promise<void> {
  const page = await filter(snapshot, {
    name: /x/i,
    class: { contains: 'x' },
    script: true,
    type: ['object', 'a type of the future'],
    retainedSize: { min: 1 },
    filter: 'nativeContext_3',
    mineOnly: 'auto',
    references: { depth: 2 },
    retainers: true,
  });
  same<typeof page.nodes, NodeRow[]>(true);
  same<typeof page.next, number | null>(true);
  await filter('a.heapsnapshot', {}, { signal: AbortSignal.timeout(5) });
  // @ts-expect-error misspelt condition
  await filter(snapshot, { retained: { min: 1 } });
  // @ts-expect-error no such order
  await filter(snapshot, { sort: 'size' });

  const columns = await snapshot.columns(['id', 'retainedSize']);
  same<typeof columns.id, Uint32Array>(true);
  same<typeof columns.retainedSize, Float64Array>(true);
  // @ts-expect-error not asked for
  columns.distance;
  // @ts-expect-error read-only
  snapshot.nodeCount = 1;
}

export async function formats(snapshot: Snapshot): Promise<void> {
  const json = await report(snapshot);
  const text = await report(snapshot, { format: 'text' });
  const explicit = await report(snapshot, { format: 'json', limit: 5 });
  same<typeof json, Report>(true);
  same<typeof text, string>(true);
  same<typeof explicit, Report>(true);
  const changes = await diff('a', snapshot, { mode: 'grown', paths: true, limit: 5 });
  const table = await diff('a', 'b', { format: 'markdown' });
  same<typeof changes, DiffResult>(true);
  same<typeof table, string>(true);
  // @ts-expect-error the baseline and what came of it
  await diff('a');
}

export function errors(error: unknown): void {
  if (error instanceof HeaprayError) {
    const at: number | undefined = error.offset;
    const isTruncated: boolean = error.code === 'ERR_TRUNCATED';
    // @ts-expect-error no such code
    const isOther: boolean = error.code === 'ERR_SOMETHING';
    console.log(at, isTruncated, isOther, version.length);
  }
}

export async function captures(worker: import('node:worker_threads').Worker): Promise<void> {
  const snapshot = await capture({ worker, force: true, cooldown: 1000, file: 'a.heapsnapshot.zst', redact: { key: 'k' } });
  const whole = await capture({ report: true });
  const text = await capture({ report: { format: 'text' } });
  same<typeof snapshot, Snapshot>(true);
  same<typeof text, string>(true);
  const pause: number | undefined = snapshot.capture?.pauseMs;
  const left: number | null | undefined = whole.capture.preflight?.available;
  // @ts-expect-error a worker, not its name
  await capture({ worker: 'name' });
  console.log(pause, left);
}

export async function attachments(): Promise<void> {
  await using target: Attachment = await attach(4711, { select: 'worker', allowRemote: false, redact: { key: 'k' } });
  const snapshot = await target.snapshot({ file: new URL('file:///a.heapsnapshot.gz'), force: true });
  same<typeof snapshot, Snapshot>(true);
  const resident: number | null = (await target.memory()).rss;
  await capture({ target: 'ws://127.0.0.1:9229/id', report: true });
  // @ts-expect-error a process or an address
  await attach({ pid: 4711 });
  console.log(target.target.kind, resident);
}

export async function watches(): Promise<void> {
  const watcher = watch({ dir: '/tmp', onReport: ({ json, fingerprint, trigger }) => console.log(json.length, fingerprint, trigger.reason) });
  await watcher.captureNow();
  watcher.stop();
  // @ts-expect-error who is told?
  watch({});
}
