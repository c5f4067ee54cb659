// What every test runner's types say of the assertions. The imports are the test runner's, and come in front.

class Session {}

test('what the types accept', async () => {
  const all: Session[] = [];
  await expect(() => all.push(new Session())).not.toLeak();
  await expect(async () => {}).not.toLeak({ iterations: 10, rounds: 2, warmup: 5, timeout: 20_000 });
  await expect((done: (error?: unknown) => void) => done()).not.toLeak();
  await expect(() => {}).not.toLeak({ allow: { Session: 3 }, ignore: /node_modules/, classes: [Session, 'Map'], maxGrowth: '1 MB' });
  const leaks: Promise<void> = expect(() => {}).toLeak();
  await leaks;

  using before = await checkpoint();
  expect(before).toHaveInstances(Session, 3);
  expect(before).toHaveInstances('Session', (count) => count < 4);
  expect(before).not.toHaveInstances(Session);
  expect(before).toHaveInstances('Map', expect.any(Number));
  expect(before).toRetainLessThan(Session, '1 MB');
  expect(before).toRetainLessThan({ class: { contains: 'session' } }, 1000);
  expect(before).toHaveNoDetachedNodes();
  expect(await since(before)).toHaveNoGrowth({ allow: [Session, /^Foo/] });

  const tracked = track(new Session(), 'session');
  await expect(tracked).toBeCollected();
  await expect(tracked).not.toBeCollected({ timeout: 100 });
  const collected: boolean = tracked.collected;

  await assertNoLeak(() => {}).catch((error: unknown) => {
    if (error instanceof LeakError) error.leaks.map(({ className, addedCount }) => `${className} ${addedCount[0]}`);
  });
});

test('what the types refuse', async () => {
  using snapshot = await checkpoint();
  // @ts-expect-error: no such option
  await expect(() => {}).not.toLeak({ iteration: 10 });
  // @ts-expect-error: a pattern names no one class
  expect(snapshot).toHaveInstances(/Session/, 3);
  // @ts-expect-error: no limit
  expect(snapshot).toRetainLessThan(Session);
  // @ts-expect-error: primitive values are not collected
  track('text');
  // @ts-expect-error: a checkpoint, not a number
  await since(7);
});
