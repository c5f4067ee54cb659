// heapray through its public API.

import { readdirSync, readFileSync } from 'node:fs';

const PROJECT = new URL('../../', import.meta.url);

export const title = 'heapray';

/** The version, and whether it can run. */
export function prepare() {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PROJECT)));
  if (!readdirSync(PROJECT).some((name) => name.endsWith('.node'))) throw new Error('heapray is not built: npm run build');
  return version;
}

export async function open(file) {
  const { default: heapray } = await import(new URL('index.js', PROJECT));
  const snapshot = await heapray.parse(file);
  return {
    counts: () => ({ nodes: snapshot.nodeCount, edges: snapshot.edgeCount, totalSize: snapshot.totalSize }),
    answers: () => answers(snapshot, heapray),
    report: () => heapray.report(snapshot),
  };
}

async function answers(snapshot, heapray) {
  const { classes } = await snapshot.classes({ limit: 3 });
  const { nodes } = await heapray.filter(snapshot, { type: 'object', limit: 1 });
  const { retainedSize, distance } = await snapshot.columns(['retainedSize', 'distance']);
  const sum = column => column.reduce((total, value) => total + value, 0);
  return {
    topClasses: classes.map(({ name, count, retainedSize }) => ({ name, count, retainedSize })),
    largestObject: { id: nodes[0].id, retainedSize: nodes[0].retainedSize },
    retainedSizes: sum(retainedSize),
    distances: sum(distance),
  };
}
