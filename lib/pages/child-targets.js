'use strict';

// What of a page has a heap of its own: its dedicated workers, and its frames of other sites.
//
// Messages for them go through the page's session, which works alike with every library.

const { targetEnded } = require('../attach/errors.js');
const { Session } = require('../attach/session.js');

/** Those beyond are named in a warning: each costs a snapshot in every round. */
const MAX_CHILDREN = 8;

const NOUNS = { worker: 'worker', iframe: 'frame' };

/** @typedef {{ id: string, name: string, session: Session }} Child `name`: how messages call it */

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
    const post = (message) => {
      this.#session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify(message) }).catch((error) => session.end(targetEnded(error.message)));
    };
    // Timers may be those that a test has faked.
    const session = new Session(post, () => Infinity);
    this.#children.set(sessionId, { id: sessionId, name: `${NOUNS[type]} ${url}`, session });
  };

  #detached = ({ sessionId }) => {
    this.#children.get(sessionId)?.session.end(targetEnded('the target was closed'));
    this.#children.delete(sessionId);
  };

  #received = ({ sessionId, message }) => this.#children.get(sessionId)?.session.receive(JSON.parse(message));
}

module.exports = { ChildTargets };
