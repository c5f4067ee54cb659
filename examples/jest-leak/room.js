'use strict';

const { EventEmitter } = require('node:events');

/** A chat room. Members who leave are forgotten; whoever only looks in is not. */
class Room {
  #messages = new EventEmitter().setMaxListeners(0);

  /** Calls `show` for every message, until the returned function is called. */
  join(show) {
    this.#messages.on('message', show);
    return () => this.#messages.off('message', show);
  }

  /** Lets a visitor hear what is said, and counts who listens. Nothing ever removes the listener. */
  lookIn(visitor) {
    this.#messages.on('message', (text) => visitor.hear(text));
    return this.#messages.listenerCount('message');
  }

  say(text) {
    this.#messages.emit('message', text);
  }
}

module.exports = { Room };
