'use strict';

// Commands and events of the DevTools protocol, over whatever carries their messages. `send`, `on` and `off` are like those of
// Playwright and Puppeteer.

const { EventEmitter } = require('node:events');
const { protocolError, silentTarget, targetEnded } = require('./errors.js');

/** Milliseconds without a message after which a command counts as unanswered. */
const SILENCE_MS = 15_000;
/** Of commands during which a target is silent while it works. Collecting garbage waits for its event loop, too. */
const LONG_SILENCE_MS = { 'HeapProfiler.collectGarbage': 60_000, 'HeapProfiler.takeHeapSnapshot': 600_000 };

const usualSilence = (method) => LONG_SILENCE_MS[method] ?? SILENCE_MS;

class Session extends EventEmitter {
  #post;
  #silenceOf;
  #lastId = 0;
  /** Commands without an answer, by id. */
  #pending = new Map();
  #ended = null;
  #heardAt = 0;
  onClose = () => {};
  /** Sessions over the same connection, by id. */
  children = new Map();

  /**
   * @param {(message: object) => void} post Sends a message to the target.
   * @param {(method: string) => number} [silenceOf] Milliseconds without a message after which a command counts as unanswered;
   *   `Infinity` for never.
   */
  constructor(post, silenceOf = usualSilence) {
    super();
    this.setMaxListeners(0);
    this.#post = post;
    this.#silenceOf = silenceOf;
  }

  /** Why commands are refused; `null` while the target is there. */
  get ended() {
    return this.#ended;
  }

  /** @returns {Promise<object>} The result of the command. */
  send(method, params = {}) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      const command = { method, resolve, reject, timer: undefined };
      this.#pending.set(id, command);
      this.#heardAt = Date.now();
      const silenceMs = this.#silenceOf(method);
      if (silenceMs !== Infinity) this.#watch(id, command, silenceMs);
      this.#post({ id, method, params });
    });
  }

  #watch(id, command, silenceMs) {
    const wait = silenceMs - (Date.now() - this.#heardAt);
    if (wait > 0) {
      command.timer = setTimeout(() => this.#watch(id, command, silenceMs), wait);
      return;
    }
    this.#pending.delete(id);
    command.reject(silentTarget(`the target has not answered ${command.method} for ${silenceMs / 1000} s: it is stopped, or its event loop is blocked`));
  }

  /** Takes a message of the target. */
  receive(message) {
    this.#heardAt = Date.now();
    if (message.id === undefined) {
      // An event called `error` would be thrown.
      if (/^\w+\.\w+$/.test(message.method)) this.emit(message.method, message.params ?? {});
      return;
    }
    const command = this.#pending.get(message.id);
    if (command === undefined) return;
    this.#pending.delete(message.id);
    clearTimeout(command.timer);
    if (message.error) command.reject(protocolError(`${command.method}: ${message.error.message}`));
    else command.resolve(message.result ?? {});
  }

  /** The session with this id, of a target that belongs to this one. */
  child(sessionId) {
    const child = new Session((message) => this.#post({ ...message, sessionId }), this.#silenceOf);
    this.children.set(sessionId, child);
    return child;
  }

  /** Rejects everything from now on. The first reason counts. */
  end(error) {
    if (this.#ended) return;
    this.#ended = error;
    for (const { timer, reject } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
    for (const child of this.children.values()) child.end(error);
    this.emit('end', error);
  }

  /** Ends the session; the target goes on. Resolves when the target cannot see it any more. */
  async close(reason = targetEnded('the session was closed')) {
    this.end(reason);
    await this.onClose();
  }
}

module.exports = { Session };
