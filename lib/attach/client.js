'use strict';

// A client of the DevTools protocol over one WebSocket.
//
// Messages are handled as they arrive: what is not
// read from the socket stays in the memory of the target.

const { WebSocket } = require('ws');
const { noTarget, protocolError, targetEnded } = require('./errors.js');
const { Session } = require('./session.js');

/** V8 sends chunks of a megabyte, which JSON makes up to six times as long, twice for a worker. */
const MAX_MESSAGE_BYTES = 256 << 20;
const CONNECT_MS = 10_000;
const CLOSE_MS = 1000;

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

module.exports = { connect };
