'use strict';

const test = require('node:test');
const { assertNoLeak } = require('heapray/testing');
const { Room } = require('./room.js');

const room = new Room();

test('members who leave are forgotten', () =>
  assertNoLeak(() => {
    const leave = room.join(() => {});
    room.say('hello');
    leave();
  }));

// Fails: the message names the listener and the list that keeps it.
test('visitors are forgotten', () => assertNoLeak(() => room.lookIn({ hear() {} })));
