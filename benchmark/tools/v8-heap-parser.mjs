// The parser of VS Code's heap snapshot viewer: Rust, compiled to WebAssembly.

import { readFile } from 'node:fs/promises';
import { peerVersion } from './peers.mjs';

export const title = '@vscode/v8-heap-parser';

/** The version. Installs it if necessary. */
export const prepare = () => peerVersion('@vscode/v8-heap-parser');

export async function open(file) {
  const { default: parser } = await import('@vscode/v8-heap-parser');
  parser.init_panic_hook();
  const graph = parser.decode_bytes(await readFile(file));
  // The call that computes retained sizes also returns the number of nodes.
  const classes = graph.get_class_groups(0, 0xffffffff, false);
  return {
    counts: () => ({ nodes: classes.reduce((total, group) => total + group.children_len, 0) }),
    answers: () => ({ topClasses: classes.slice(0, 3).map(group => ({ name: group.name(), count: group.children_len, retainedSize: Number(group.retained_size) })) }),
  };
}
