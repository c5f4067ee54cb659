/** Small heaps for tests of the command line: before and after a simple leak. */

import { array, buildSnapshot, closure, element, internal, native, object, property, shortcut, string, synthetic, variable, weak } from './build-snapshot.mjs';

const HOSTILE_NAME = 'Evil\u001b[31m|`@octocat\u202e<img>\n';

/**
 * A server that keeps its sessions in an array in a closure's scope: global → server → handler → context
 * → sessions. Each session has 8 kB of history and refers back to the server.
 */
function leakingHeap(sessionCount) {
  const sessions = Array.from({ length: sessionCount }, (_, index) => index);
  const heap = {
    root: synthetic('', { references: [element(1, 'gcRoots'), shortcut('global')] }),
    gcRoots: synthetic('(GC roots)', { references: [element(1, 'handles')] }),
    handles: synthetic('(Global handles)', { references: [internal('1', 'global'), internal('2', 'detachedDiv')] }),
    global: object('global', 40, { references: [property('server'), property('twin', 'twinA'), property('other twin', 'twinB'), property('evil')] }),
    server: object('Server', 96, { references: [property('handler')], at: ['/app/src/server.js', 7, 1] }),
    handler: closure('handle', 64, { references: [internal('context')], at: ['/app/src/server.js', 21, 18] }),
    context: object('system / Context', 48, { references: [variable('sessions')] }),
    sessions: object('Array', 16, { references: [internal('elements')] }),
    elements: array('', 16 + 8 * sessionCount, { references: sessions.map((index) => element(index, `session ${index}`)) }),
    twinA: string('the same secret text, twice', 40),
    twinB: string('the same secret text, twice', 40),
    evil: object(HOSTILE_NAME, 1200),
    detachedDiv: native('<div class="gone">', 160, { detached: true }),
  };
  for (const index of sessions) {
    heap[`session ${index}`] = object('Session', 104, {
      id: 1001 + 10 * index,
      references: [property('history', `history ${index}`), property('server'), weak('peer', 'global')],
      at: ['/app/src/session.js', 12, 3],
    });
    heap[`history ${index}`] = string(`history of session ${index}`, 8000, { id: 1003 + 10 * index });
  }
  return heap;
}

export const BEFORE = buildSnapshot(leakingHeap(3));
export const AFTER = buildSnapshot(leakingHeap(30));
