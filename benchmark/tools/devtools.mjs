// Chrome DevTools' heap snapshot worker, in plain Node, with its second thread.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { importDevTools } from '../../__test__/exact/bundle.mjs';

const CHUNK_BYTES = 4 << 20;

export const title = 'Chrome DevTools';

/** heapray promises the same numbers, so that a difference is an error. */
export const mustAgree = true;

/** The version. Also bundles the sources, so that measurements do not contain that. */
export async function prepare() {
  return (await importDevTools()).version;
}

export async function open(file) {
  const second = new Worker(new URL('devtools-second.mjs', import.meta.url));
  const devtools = await importDevTools();
  // DevTools writes unreachable nodes to the console.
  console.warn = () => {};
  const loader = new devtools.HeapSnapshotLoader({ sendEvent() {} });
  await feed(loader, file);
  const { port1, port2 } = new MessageChannel();
  second.postMessage(port2, [port2]);
  const snapshot = await loader.buildSnapshot(port1);
  // DevTools computes the class totals for the Summary view, which it shows first.
  const classes = snapshot.aggregatesWithFilter(new devtools.HeapSnapshotModel.NodeFilter());
  return {
    counts: () => ({ nodes: snapshot.nodeCount, edges: snapshot.containmentEdges.length / snapshot.edgeFieldsCount, totalSize: snapshot.totalSize }),
    answers: () => answers(snapshot, classes),
  };
}

async function feed(loader, file) {
  let failure;
  loader.parsingComplete.catch(error => (failure = error));
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK_BYTES })) {
    loader.write(chunk);
    // The loader works between chunks, as between messages in the browser.
    await new Promise(setImmediate);
    if (failure) throw failure;
  }
  loader.close();
  await loader.parsingComplete;
}

function answers(snapshot, classes) {
  const ranked = Object.values(classes).sort((a, b) => b.maxRet - a.maxRet);
  const largestObject = { id: 0, retainedSize: -1 };
  let retainedSizes = 0;
  let distances = 0;
  const node = snapshot.createNode(0);
  for (; node.nodeIndex < snapshot.nodes.length; node.nodeIndex += snapshot.nodeFieldCount) {
    const retainedSize = node.retainedSize();
    retainedSizes += retainedSize;
    distances += node.distance();
    if (retainedSize > largestObject.retainedSize && node.type() === 'object') Object.assign(largestObject, { id: node.id(), retainedSize });
  }
  return {
    topClasses: ranked.slice(0, 3).map(({ name, count, maxRet }) => ({ name, count, retainedSize: maxRet })),
    largestObject,
    retainedSizes,
    distances,
  };
}
