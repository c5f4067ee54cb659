// The matchers inside the test runners they are made for: real ones, in projects that have heapray installed.
//
// The short form: each test runner once, in what differs most. `npm run test:flaky` runs every pool and
// version of Node.js, many times over.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { nodeBinary } from '../scripts/node-versions.mjs';
import { judge, short } from './frameworks/matrix.mjs';
import { addExample, prepare } from './frameworks/projects.mjs';
import { fileHere, runJest, runNodeTest, runVitest } from './frameworks/runners.mjs';

const require = createRequire(import.meta.url);

for (const { name, project, run } of short) {
  test(`${name}: every planted leak is named with class and path, nothing harmless is accused`, async () => {
    const { leaks, named, harmless, silent, wrong } = judge(await run(prepare(project)));
    assert.deepEqual(wrong, []);
    assert.deepEqual([named, silent], [leaks, harmless]);
  });
}

const examples = [
  ['jest-leak', 'jest', (folder, example) => runJest(nodeBinary(22), folder, ['--rootDir', example, '--testMatch', '<rootDir>/*.test.js'])],
  ['vitest-leak', 'vitest-5', (folder, example) => runVitest(nodeBinary(24), folder, 'forks', ['--root', example])],
  ['node-test-leak', 'jest', (_, example) => runNodeTest(nodeBinary(22), example, ['room.test.js'])],
];

for (const [name, project, run] of examples) {
  test(`examples/${name}: the room that lets go passes, the one that keeps its visitors fails`, async () => {
    const folder = prepare(project);
    const outcomes = await run(folder, addExample(folder, name));
    assert.deepEqual(outcomes.map(({ name: of, passed }) => [of, passed]), [
      ['members who leave are forgotten', true],
      ['visitors are forgotten', false],
    ]);
    assert.match(outcomes[1].message, /path +(room|.*\(variable\))\.#messages\._events\.message\[\*\]/);
    assert.match(outcomes[1].message, /source +.*room\.js:\d+:/);
  });
}

test('Jest: matchers throw, reject and colour as its own do, also with fake timers', async () => {
  const outcomes = await runJest(nodeBinary(20), prepare('jest'), ['--testMatch', '<rootDir>/suites/matchers.jest.js']);
  assertAllPassed(outcomes);
});

test('Vitest: matchers throw, reject and colour as its own do, also with fake timers', async () => {
  const outcomes = await runVitest(nodeBinary(24), prepare('vitest-5'), 'threads', ['--config', 'matchers.config.mjs']);
  assertAllPassed(outcomes);
});

function assertAllPassed(outcomes) {
  assert.ok(outcomes.length > 0);
  assert.deepEqual(outcomes.filter(({ passed }) => !passed), []);
}

const typings = [
  ['the globals of Jest', 'jest', 'jest-globals.ts', ['jest', 'node']],
  ['what is imported from @jest/globals', 'jest', 'jest-imports.ts', ['node']],
  ['Vitest 3', 'vitest-3', 'vitest.ts', ['node']],
  ['Vitest 4', 'vitest-4', 'vitest.ts', ['node']],
  ['Vitest 5', 'vitest-5', 'vitest.ts', ['node']],
];

for (const [what, project, file, types] of typings) {
  test(`the types extend ${what}`, () => {
    const folder = path.join(prepare(project), 'types');
    mkdirSync(folder, { recursive: true });
    // As a CommonJS module and as an ECMAScript module: the two find different declarations.
    const files = ['.cts', '.mts'].map((ending) => file.replace('.ts', ending));
    for (const each of files) cpSync(fileHere(`types/${file}`), path.join(folder, each));
    const config = JSON.parse(readFileSync(fileHere('types/tsconfig.json'), 'utf8'));
    config.compilerOptions.types = types;
    // Vitest itself has no types for CommonJS.
    config.files = project === 'jest' ? files : files.slice(1);
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', folder], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
}
