import { expect, test } from 'vitest';
import { Room } from './room.js';

const room = new Room();

test('members who leave are forgotten', async () => {
  await expect(() => {
    const leave = room.join(() => {});
    room.say('hello');
    leave();
  }).not.toLeak();
});

// Fails: the message names the listener and the list that keeps it.
test('visitors are forgotten', async () => {
  await expect(() => room.lookIn({ hear() {} })).not.toLeak();
});
