// The example of `heapray view` in a package without its snapshots: the program runs, and its leak is found.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import heapray from '../index.js';
import { EXAMPLE_NAMES, exampleSnapshots } from '../lib/view/example.js';

test('the example is created on demand, and its leak is the first suspect', async () => {
  const snapshots = await exampleSnapshots();
  assert.deepEqual([...snapshots.keys()], EXAMPLE_NAMES);
  const { suspects } = await heapray.report([...snapshots.values()].map((bytes) => [bytes]));
  assert.equal(suspects[0].className, '{longStr, someMethod}');
});
