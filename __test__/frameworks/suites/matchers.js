'use strict';

// Tests of the matchers for any test runner.

const { readFileSync } = require('node:fs');

// Babel writes this list on one line, which moves all later lines up.
const calls = [
  12,
  1,
];

class Session {}
const kept = [];
const quick = { iterations: calls[0], rounds: calls[1] };

/** The error of a failing assertion. */
async function failureOf(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}

/** @param {{ test: Function, expect: Function, timers: { useFakeTimers(): void, useRealTimers(): void }, spyOn: Function, heapray: object, runner: string }} of the test runner */
module.exports = function matchers({ test, expect, timers, spyOn, heapray, runner }) {
  const { assertNoLeak, checkpoint, LeakError, since, track } = heapray;

  test('a leak rejects with the hint of the test runner and the leaked class', async () => {
    const { message } = await failureOf(() => expect(() => void kept.push(new Session())).not.toLeak(quick));
    expect(message).toContain('toLeak');
    expect(message).toMatch(/Session.* leaks/);
    expect(message).toMatch(/path.*kept\[\*\]/);
    const line = 1 + readFileSync(__filename, 'utf8').split('\n').indexOf('class Session {}');
    expect(message).toMatch(new RegExp(`source.*matchers\\.js:${line}:`));
  });

  test('without not, a function that leaks passes and one that does not fails', async () => {
    await expect(() => void kept.push(new Session())).toLeak(quick);
    const { message } = await failureOf(() => expect(() => {}).toLeak(quick));
    expect(message).toContain('Nothing grew');
  });

  test('errors of the function are passed on unchanged', async () => {
    const mine = new RangeError('mine');
    const error = await failureOf(() => expect(async () => { throw mine; }).not.toLeak());
    expect(error).toBe(mine);
  });

  test('errors of heapray are errors of this realm', async () => {
    const error = await failureOf(() => assertNoLeak(() => void kept.push(new Session()), quick));
    expect(error).toBeInstanceOf(LeakError);
    expect(error).toBeInstanceOf(Error);
    expect(() => track('text')).toThrow(TypeError);
  });

  test('instances and retained sizes are asserted at once', async () => {
    kept.length = 0;
    const before = await checkpoint();
    expect(before).toHaveInstances(Session, 0);
    for (let i = 0; i < 3; i++) kept.push(new Session());
    const after = await checkpoint();
    expect(after).toHaveInstances(Session, 3);
    expect(after).toHaveInstances('Session', (count) => count > 2);
    expect(after).toHaveInstances(Session, expect.any(Number));
    expect(after).not.toHaveInstances(Session, 0);
    expect(() => expect(after).toHaveInstances(Session, 0)).toThrow(/Received: .*3 instances/);
    expect(after).toRetainLessThan(Session, '1 kB');
    expect(() => expect(after).toRetainLessThan(Session, 10)).toThrow(/less than 10 B/);
    expect(after).toHaveNoDetachedNodes();
    const grown = await since(before);
    expect(() => expect(grown).toHaveNoGrowth()).toThrow(/Session.* \+3/);
    expect(grown).toHaveNoGrowth({ allow: ['Session', 'Array'] });
    before.close();
    after.close();
  });

  test('tracked objects are collected, or the error names their holder', async () => {
    const make = () => track(new Session(), 'a session');
    await expect(make()).toBeCollected();
    const makeHeld = () => {
      kept[0] = new Session();
      return track(kept[0], 'a session');
    };
    const held = makeHeld();
    await expect(held).not.toBeCollected({ timeout: 50 });
    const { message } = await failureOf(() => expect(held).toBeCollected({ timeout: 50 }));
    expect(message).toMatch(/a session.* is still there/);
    expect(message).toContain('kept[0]');
  });

  test('records of the test runner for each call are no leak', async () => {
    await expect(() => console.log('called')).not.toLeak(quick);
    await expect(() => spyOn(Math, 'max').mockRestore()).not.toLeak(quick);
  });

  test('a leak is not reported again with the next one', async () => {
    const [handlers, bound] = [[], []];
    await expect(() => void handlers.push(() => bound)).toLeak(quick);
    const { message } = await failureOf(() => expect(() => void bound.push(failureOf.bind(null))).not.toLeak(quick));
    expect(message).toMatch(/path.*bound\[\*\]/);
    expect(message.match(/ leaks$/gm)).toHaveLength(1);
  });

  test('fake timers stop neither the measurement nor its limit', async () => {
    timers.useFakeTimers();
    try {
      await expect(() => {}).not.toLeak(quick);
      const { code } = await failureOf(() => expect(() => new Promise(() => {})).not.toLeak({ timeout: 50 }));
      expect(code).toBe('ERR_TIMEOUT');
    } finally {
      timers.useRealTimers();
    }
  });

  test('a measurement that would exceed the time limit of the test fails before it', async () => {
    const { code, message } = await failureOf(() => expect(() => new Promise(() => {})).not.toLeak());
    expect(code).toBe('ERR_TIMEOUT');
    expect(message).toContain(`testTimeout: 120_000 in the configuration of ${runner}`);
  }, 1500);
};
