'use strict';

// What of a page has a heap of its own: its dedicated workers, and its frames of other sites.
//
// Messages for them go through the page's session, which works alike with every library.

const { EventEmitter } = require('node:events');

/** Those beyond are named in a warning: each costs a snapshot in every round. */
const MAX_CHILDREN = 8;

const NOUNS = { worker: 'worker', iframe: 'frame' };

/** A session of the protocol inside another. */
class ChildSession extends EventEmitter {
  #post;
  #messages = 0;
  /** @type {Map<number, { resolve: Function, reject: Function }>} */
  #waiting = new Map();

  /** @param {(message: string) => Promise<unknown>} post sends a message to the target */
  constructor(post) {
    super();
    this.#post = post;
  }

  send(method, params = {}) {
    this.#messages += 1;
    const id = this.#messages;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#post(JSON.stringify({ id, method, params })).catch((error) => this.#settle(id, { error }));
    return answer;
  }

  /** A message of the target. */
  receive(text) {
    const { id, method, params, result, error } = JSON.parse(text);
    if (id === undefined) this.emit(method, params);
    else this.#settle(id, { result, error });
  }

  end() {
    for (const id of this.#waiting.keys()) this.#settle(id, { error: { message: 'the target was closed' } });
  }

  #settle(id, { result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }
}

/** @typedef {{ id: string, name: string, session: ChildSession }} Child `name`: how messages call it */

class ChildTargets {
  /** @type {Map<string, Child>} */
  #children = new Map();
  #session;

  constructor(session) {
    this.#session = session;
  }

  static async of(session) {
    const targets = new ChildTargets(session);
    session.on('Target.attachedToTarget', targets.#attached);
    session.on('Target.detachedFromTarget', targets.#detached);
    session.on('Target.receivedMessageFromTarget', targets.#received);
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return targets;
  }

  /** Those that are alive, oldest first. */
  get alive() {
    return [...this.#children.values()].slice(0, MAX_CHILDREN);
  }

  /** Those too many to look at. */
  get others() {
    return [...this.#children.values()].slice(MAX_CHILDREN);
  }

  has({ id }) {
    return this.#children.has(id);
  }

  // Properties, because listeners are called without `this`.
  #attached = ({ sessionId, targetInfo: { type, url } }) => {
    if (!Object.hasOwn(NOUNS, type)) return;
    const post = (message) => this.#session.send('Target.sendMessageToTarget', { sessionId, message });
    this.#children.set(sessionId, { id: sessionId, name: `${NOUNS[type]} ${url}`, session: new ChildSession(post) });
  };

  #detached = ({ sessionId }) => {
    this.#children.get(sessionId)?.session.end();
    this.#children.delete(sessionId);
  };

  #received = ({ sessionId, message }) => this.#children.get(sessionId)?.session.receive(message);
}

module.exports = { ChildTargets };
