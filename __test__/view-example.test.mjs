// The example of `heapray view` where the package is without its snapshots: its process runs, and its leak is found.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import heapray from '../index.js';
import { EXAMPLE_NAMES, exampleSnapshots } from '../lib/view/example.js';

test('the example is made on the spot, and its leak is the first suspect', async () => {
  const snapshots = await exampleSnapshots();
  assert.deepEqual([...snapshots.keys()], EXAMPLE_NAMES);
  const { suspects } = await heapray.report([...snapshots.values()].map((bytes) => [bytes]));
  assert.equal(suspects[0].className, '{longStr, someMethod}');
});
