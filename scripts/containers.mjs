// npm run test:containers: captures in control groups that leave little more than preflight asks for. Needs root.
//
//   node scripts/containers.mjs [--items N[,N…]] [--node 20[,24…]] [--shape NAME]
//
// Prints a table for docs/capture.md, and ends with 1 when a process was killed or an estimate was too high.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { makeGroup } from '../__test__/support/control-groups.mjs';
import { runCaptures } from './containers/captures.mjs';
import { nodeBinary } from './node-versions.mjs';

const { shapes } = createRequire(import.meta.url)('../__test__/support/heap-shapes.cjs');
const numbers = (text) => text.split(',').map(Number);
const mega = (bytes) => (bytes / 1e6).toFixed(0);

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '20000,150000,600000' },
    node: { type: 'string', default: '20,22,24,26' },
    shape: { type: 'string' },
  },
});

const probe = makeGroup();
if (probe) {
  await probe.remove();
  process.exitCode = (await main()) ? 0 : 1;
} else {
  console.log('skipped: no control group with a memory limit can be made here (Linux and root are needed)');
}

async function main() {
  let failures = 0;
  console.log('| Node | heap | items | heap MB | estimate MB | rise MB | ratio | second: estimate MB | rise MB | ratio | pause s |');
  console.log('| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |');
  for (const major of numbers(values.node)) {
    for (const shape of Object.keys(shapes).filter((name) => name === (values.shape ?? name))) {
      for (const items of numbers(values.items)) {
        const { captures, problems } = await runCaptures(nodeBinary(major), shape, items);
        console.log(row(major, shape, items, captures));
        for (const problem of problems) console.log(`FAILED: Node ${major}, ${shape}, ${items} items: ${problem}`);
        failures += problems.length;
      }
    }
  }
  console.log(`${failures} failures`);
  return failures === 0;
}

function row(major, shape, items, [first, second]) {
  const cells = (one) => (one ? [mega(one.estimate), mega(one.rise), (one.estimate / one.rise).toFixed(2)] : ['', '', '']);
  return `| ${[major, shape, items, first ? mega(first.heap) : '', ...cells(first), ...cells(second), first ? (first.pauseMs / 1000).toFixed(1) : ''].join(' | ')} |`;
}
