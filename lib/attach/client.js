'use strict';

// A client of the DevTools protocol over one WebSocket.
//
// A session has `send`, `on` and `off` like those of Playwright and Puppeteer. Messages are handled as they arrive: what is not
// read from the socket stays in the memory of the target.

const { EventEmitter } = require('node:events');
const { WebSocket } = require('ws');
const { noTarget, protocolError, silentTarget, targetEnded } = require('./errors.js');

/** V8 sends chunks of a megabyte, which JSON makes up to six times as long, twice for a worker. */
const MAX_MESSAGE_BYTES = 256 << 20;
const CONNECT_MS = 10_000;
const CLOSE_MS = 1000;

/** Milliseconds without a message after which a command counts as unanswered. */
const SILENCE_MS = 15_000;
/** Of commands during which a target is silent while it works. Collecting garbage waits for its event loop, too. */
const LONG_SILENCE_MS = { 'HeapProfiler.collectGarbage': 60_000, 'HeapProfiler.takeHeapSnapshot': 600_000 };

/**
 * @param {string} url `ws://…`
 * @param {AbortSignal} [signal]
 * @returns {Promise<Session>} Rejects with `ERR_NO_TARGET` if nothing answers.
 */
function connect(url, signal) {
  signal?.throwIfAborted();
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES, handshakeTimeout: CONNECT_MS, skipUTF8Validation: true });
  const session = new Session((message) => socket.send(JSON.stringify(message)));
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      socket.terminate();
    };
    signal?.addEventListener('abort', abort, { once: true });
    socket.on('open', () => {
      signal?.removeEventListener('abort', abort);
      resolve(session);
    });
    socket.on('error', (error) => {
      reject(noTarget(`cannot connect to ${url}: ${error.message || error.code}`, { cause: error }));
      session.end(targetEnded(`the connection to the target failed: ${error.message}`, { cause: error }));
    });
    socket.on('close', (code) => session.end(targetEnded(`the target closed the connection (${code}): it ended, or its inspector was closed`)));
    socket.on('message', (data) => receive(session, data, () => socket.terminate()));
    session.onClose = () => closeSocket(socket);
  });
}

function receive(session, data, giveUp) {
  try {
    const message = JSON.parse(data.toString());
    const receiver = message.sessionId === undefined ? session : session.children.get(message.sessionId);
    receiver?.receive(message);
  } catch (error) {
    session.end(protocolError(`the target sent something else than the protocol has: ${error.message}`, { cause: error }));
    giveUp();
  }
}

/** Resolves when the socket is closed, also by force. */
function closeSocket(socket) {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close();
  });
}

class Session extends EventEmitter {
  #post;
  #lastId = 0;
  /** Commands without an answer, by id. */
  #pending = new Map();
  #ended = null;
  #heardAt = 0;
  onClose = () => {};
  /** Sessions over the same connection, by id. */
  children = new Map();

  /** @param {(message: object) => void} post Sends a message to the target. */
  constructor(post) {
    super();
    this.setMaxListeners(0);
    this.#post = post;
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
      this.#watch(id, command, LONG_SILENCE_MS[method] ?? SILENCE_MS);
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
    const child = new Session((message) => this.#post({ ...message, sessionId }));
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

module.exports = { Session, connect };
