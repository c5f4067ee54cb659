'use strict';

// Workers, which can be reached only through the program that has started them.

const { targetEnded } = require('./errors.js');
const { Session } = require('./session.js');

/** Workers that are there are told of at once, within milliseconds. */
const SETTLE_MS = 250;

/**
 * @typedef {{ title: string, url: string, id: string, session: Session }} Worker
 */

/**
 * Worker threads of Node.js.
 * @param {Session} parent
 * @returns {Promise<Worker[]>} None where the target knows no workers, as Deno.
 */
async function nodeWorkers(parent) {
  const workers = new Map();
  parent.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo: { workerId, title, url } }) => {
    const session = new Session((message) => {
      parent.send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(message) }).catch((error) => session.end(error));
    });
    session.onClose = () => parent.send('NodeWorker.detach', { sessionId }).catch(() => {});
    // Its title has the number of its thread.
    workers.set(sessionId, { id: title || `worker ${workerId}`, title, url, session });
  });
  parent.on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }) => workers.get(sessionId)?.session.receive(JSON.parse(message)));
  parent.on('NodeWorker.detachedFromWorker', ({ sessionId }) => workers.get(sessionId)?.session.end(targetEnded('the worker ended')));
  parent.on('end', (error) => workers.forEach(({ session }) => session.end(error)));
  return found(parent, ['NodeWorker.enable', { waitForDebuggerOnStart: false }], workers);
}

/**
 * Dedicated workers of a page or an iframe.
 * @param {Session} page
 * @returns {Promise<Worker[]>}
 */
async function pageWorkers(page) {
  const workers = new Map();
  page.on('Target.attachedToTarget', ({ sessionId, targetInfo: { type, targetId, title, url } }) => {
    const session = page.child(sessionId);
    session.onClose = () => page.send('Target.detachFromTarget', { sessionId }).catch(() => {});
    if (type === 'worker') workers.set(sessionId, { id: targetId, title, url, session });
  });
  page.on('Target.detachedFromTarget', ({ sessionId }) => page.children.get(sessionId)?.end(targetEnded('the worker ended')));
  return found(page, ['Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true }], workers);
}

async function found(parent, [method, params], workers) {
  try {
    await parent.send(method, params);
  } catch (error) {
    if (error.code === 'ERR_PROTOCOL') return [];
    throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return [...workers.values()];
}

module.exports = { nodeWorkers, pageWorkers };
