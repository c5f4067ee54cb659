// memlab's library, loaded as its analyses do it.

import { peerVersion } from './peers.mjs';

export const title = 'memlab';

/** The version. Installs it if necessary. */
export const prepare = () => peerVersion('@memlab/core');

export async function open(file) {
  const { default: memlab } = await import('@memlab/core');
  const snapshot = await memlab.utils.getSnapshotFromFile(file, { buildNodeIdIndex: true });
  memlab.analysis.preparePathFinder(snapshot);
  return {
    counts: () => ({ nodes: snapshot.nodes.length, edges: snapshot.edges.length }),
    answers: () => answers(snapshot),
  };
}

function answers(snapshot) {
  const largestObject = { id: 0, retainedSize: -1 };
  let retainedSizes = 0;
  snapshot.nodes.forEach(node => {
    retainedSizes += node.retainedSize;
    if (node.type === 'object' && node.retainedSize > largestObject.retainedSize) Object.assign(largestObject, { id: node.id, retainedSize: node.retainedSize });
  });
  return { largestObject, retainedSizes };
}
