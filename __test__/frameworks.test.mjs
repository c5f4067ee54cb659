// The matchers in the real test runners, in projects that have heapray installed.
//
// Each test runner once, in the most different configurations. `npm run test:flaky` repeats every pool and
// version of Node.js many times.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { short, tried } from './frameworks/matrix.mjs';
import { addExample, prepare } from './frameworks/projects.mjs';
import { fileHere, runJest, runNodeTest, runVitest } from './frameworks/runners.mjs';

const require = createRequire(import.meta.url);

const examples = [
  ['jest-leak', 'jest', (folder, example) => runJest(nodeBinary(22), folder, { args: ['--rootDir', example, '--testMatch', '<rootDir>/*.test.js'] })],
  ['vitest-leak', 'vitest-5', (folder, example) => runVitest(nodeBinary(24), folder, 'forks', { args: ['--root', example] })],
  ['node-test-leak', 'jest', (_, example) => runNodeTest(nodeBinary(22), example, ['room.test.js'])],
];

const assertions = "import { assertNoLeak, checkpoint, LeakError, since, track } from 'heapray/";

// As a CommonJS module and as an ECMAScript module, because the two find different declarations.
// Vitest itself has none for CommonJS.
const typings = [
  ['the globals of Jest', 'jest', `${assertions}jest';`, ['jest', 'node'], ['.cts', '.mts']],
  ['what is imported from @jest/globals', 'jest', `import { expect, test } from '@jest/globals'; ${assertions}jest';`, ['node'], ['.cts', '.mts']],
  ...['3', '4', '5'].map((major) => [
    `Vitest ${major}`, `vitest-${major}`, `import { expect, test } from 'vitest'; ${assertions}vitest';`, ['node'], ['.mts'],
  ]),
];

// Two at a time: they are separate processes, and nothing is timed.
describe('test runners', { concurrency: 2 }, () => {
  for (const each of short) {
    test(`${each.name}: every planted leak is named with class and path, and harmless functions pass`, async () => {
      const { leaks, named, harmless, silent, wrong } = await tried(each, prepare(each.project));
      assert.deepEqual(wrong, []);
      assert.deepEqual([named, silent], [leaks, harmless]);
    });
  }

  for (const [name, project, run] of examples) {
    test(`examples/${name}: the room that releases its visitors passes, the one that keeps them fails`, async () => {
      const folder = prepare(project);
      const outcomes = await run(folder, addExample(folder, name));
      assert.deepEqual(outcomes.map(({ name: of, passed }) => [of, passed]), [
        ['members who leave are forgotten', true],
        ['visitors are forgotten', false],
      ]);
      assert.match(outcomes[1].message, /path +room\.#messages\._events\.message\[\*\]/);
      assert.match(outcomes[1].message, /source +.*room\.js:\d+:/);
    });
  }

  test('Jest: matchers throw, reject and colour like its own, also with fake timers', async () => {
    const outcomes = await runJest(nodeBinary(20), prepare('jest'), { args: ['--testMatch', '<rootDir>/suites/matchers.jest.js'] });
    assertAllPassed(outcomes);
  });

  for (const pool of ['threads', 'vmForks']) {
    test(`Vitest, ${pool}: matchers throw, reject and colour like its own, also with fake timers`, async () => {
      const outcomes = await runVitest(nodeBinary(24), prepare('vitest-5'), pool, { args: ['--config', 'matchers.config.mjs'] });
      assertAllPassed(outcomes);
    });
  }

  for (const [what, project, imports, types, endings] of typings) {
    test(`the types extend ${what}`, () => {
      const folder = path.join(prepare(project), 'types');
      mkdirSync(folder, { recursive: true });
      const body = readFileSync(fileHere('types/assertions.ts'), 'utf8');
      const config = JSON.parse(readFileSync(fileHere('types/tsconfig.json'), 'utf8'));
      config.compilerOptions.types = types;
      config.files = endings.map((ending) => `assertions${ending}`);
      for (const file of config.files) writeFileSync(path.join(folder, file), `${imports}\n${body}`);
      writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
      const { status, stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', folder], { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    });
  }
});

function assertAllPassed(outcomes) {
  assert.deepEqual(outcomes.filter(({ passed }) => !passed), []);
}
