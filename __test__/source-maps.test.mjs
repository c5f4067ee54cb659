// Reports of bundled programs: with source maps they say the same as of the source.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import ts from 'typescript';
import { filter, parse, report } from '../index.js';
import { LEAKS, SOURCES, fingerprintsIn, leaksIn, snapshotsOf, writeProject } from './support/bundles/project.mjs';

const bin = fileURLToPath(new URL('../bin/heapray.js', import.meta.url));
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'heapray-source-maps-')));
after(() => rmSync(folder, { recursive: true, force: true }));

function compile(out, options = {}) {
  for (const file of SOURCES) {
    const js = path.join(out, path.relative('src', file).replace(/\.ts$/, '.js'));
    const { outputText, sourceMapText } = ts.transpileModule(readFileSync(path.join(folder, file), 'utf8'), {
      fileName: path.relative(path.dirname(js), path.join(folder, file)),
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true, inlineSources: true, ...options },
    });
    mkdirSync(path.dirname(js), { recursive: true });
    writeFileSync(js, outputText.replace(/(?<=sourceMappingURL=).*/, `${path.basename(js)}.map`));
    // transpileModule names the source without its folder.
    if (sourceMapText) writeFileSync(`${js}.map`, JSON.stringify({ ...JSON.parse(sourceMapText), sources: [path.relative(path.dirname(js), path.join(folder, file))] }));
  }
  return path.join(out, 'main.js');
}

function bundle(name, options = {}) {
  const outfile = path.join(folder, name, 'main.js');
  esbuild.buildSync({ entryPoints: [path.join(folder, 'src/main.ts')], bundle: true, platform: 'node', sourcemap: true, minify: true, outfile, logLevel: 'error', ...options });
  return outfile;
}

/** A copy of a bundle's folder, so that tests can damage it. */
function copyOf(name, copy) {
  const to = path.join(folder, copy);
  cpSync(path.join(folder, name), to, { recursive: true, filter: (file) => !file.endsWith('.heapsnapshot') });
  return to;
}

writeProject(folder);
let compiled;
let minified;

before(() => {
  compiled = snapshotsOf(compile(path.join(folder, 'compiled')));
  minified = snapshotsOf(bundle('minified'));
});

describe('a report names classes, holders and places of the source', () => {
  test('of a compiled program', async () => assert.deepEqual(leaksIn(await report(compiled), folder), LEAKS));

  test('of a minified bundle', async () => assert.deepEqual(leaksIn(await report(minified), folder), LEAKS));

  test('of a bundle with the map in its last line', async () => {
    const snapshots = snapshotsOf(bundle('inline', { sourcemap: 'inline' }));
    assert.deepEqual(leaksIn(await report(snapshots), folder), LEAKS);
  });

  test('of a bundle whose classes keep their names and have private fields', async () => {
    const snapshots = snapshotsOf(bundle('named', { keepNames: true }));
    assert.deepEqual(leaksIn(await report(snapshots), folder), LEAKS);
  });

  test('with the same fingerprints', async () => {
    const [plain, bundled] = [await report(compiled), await report(minified)];
    assert.deepEqual(fingerprintsIn(bundled), fingerprintsIn(plain));
    const unmapped = await report(minified, { sourceMaps: 'off' });
    assert.ok(unmapped.suspects.every(({ fingerprint }) => !Object.values(fingerprintsIn(plain)).includes(fingerprint)));
  });

  test('in its sentences too', async () => {
    const { verdict } = await report(minified);
    assert.match(verdict, /^Session leaks: 1,500 objects retaining .* are held by store\.entries; /);
  });

  test('in the paths to the largest objects', async () => {
    const { biggest } = await report(minified);
    assert.ok(biggest.some(({ path: text }) => text === 'store.entries'), JSON.stringify(biggest.map(({ path: text }) => text)));
  });
});

describe('the lines of code of a suspect', () => {
  const codeOf = ({ suspects }, name) => suspects.find(({ className }) => className === name).code;
  const shown = ({ script, line, lines }) => [path.relative(folder, script).replaceAll(path.sep, '/'), line, lines.find((each) => each.line === line).text];

  test('are those where its variable is declared, or its class', async () => {
    const answer = await report(minified, { code: true });
    assert.deepEqual(shown(codeOf(answer, 'Connection')), ['src/db/pool.ts', 5, 'const waiting: Connection[] = [];']);
    assert.deepEqual(shown(codeOf(answer, 'Session')), ['src/store.ts', 11, 'export class SessionStore {']);
    assert.deepEqual(shown(codeOf(answer, 'Quote')), ['src/feed.ts', 7, '    const history = new Map<number, Quote>();']);
    assert.deepEqual(codeOf(answer, 'Quote').lines.map(({ line }) => line), [6, 7, 8]);
  });

  test('are those of the script where there is no map', async () => {
    const answer = await report(compiled, { code: true, sourceMaps: 'off' });
    const [file, , text] = shown(codeOf(answer, 'Session'));
    assert.deepEqual([file, text], ['compiled/store.js', 'class SessionStore {']);
  });

  test('are in text, with a caret, and neither in JSON nor in Markdown unless asked for', async () => {
    const text = await report(minified, { format: 'text' });
    assert.match(text, /^ +code +10 │ *\n +11 │ export class SessionStore \{\n +│ {8}\^\n +12 │ {3}private readonly entries/m);
    assert.doesNotMatch(await report(minified, { format: 'text', code: false }), /private readonly/);
    assert.doesNotMatch(await report(minified, { format: 'markdown' }), /private readonly/);
    assert.ok((await report(minified)).suspects.every(({ code }) => code === undefined));
  });

  test('are left out of reports of redacted snapshots', async () => {
    const redacted = await Promise.all(minified.map((file) => parse(file, { redact: { key: 'one' } })));
    const { suspects } = await report(redacted, { code: true });
    for (const snapshot of redacted) snapshot.close();
    assert.ok(suspects.length > 0);
    assert.ok(suspects.every(({ code }) => code === undefined));
  });

  test('are left out where the file has changed, and no command for a log gets into the text', async () => {
    const copy = copyOf('compiled', 'changed');
    const snapshots = snapshotsOf(path.join(copy, 'main.js'));
    const pool = path.join(copy, 'store.js');
    writeFileSync(pool, `// one more line\n${readFileSync(pool, 'utf8')}`);
    const changed = await report(snapshots, { code: true, sourceMaps: 'off' });
    assert.equal(codeOf(changed, 'Session'), undefined);
    const feed = path.join(copy, 'feed.js');
    writeFileSync(feed, readFileSync(feed, 'utf8').replace(/^ {4}open\(\) \{$/m, '$& // ::error::planted \x1b[31m'));
    const text = await report(snapshots, { format: 'text', sourceMaps: 'off' });
    assert.match(text, /planted/);
    assert.ok(!text.includes('::error') && !text.includes('\x1b'));
  });

  test('are left out with --no-code', () => {
    const run = (...args) => spawnSync(process.execPath, [bin, 'report', ...minified, ...args], { encoding: 'utf8' }).stdout;
    assert.match(run(), /private readonly/);
    assert.doesNotMatch(run('--no-code'), /private readonly/);
    assert.doesNotMatch(run('--format', 'json'), /private readonly/);
    assert.match(run('--format', 'html'), /private readonly/);
    assert.doesNotMatch(run('--format', 'html', '--no-code'), /private readonly/);
  });
});

describe('other answers', () => {
  let snapshot;
  before(async () => {
    snapshot = await parse(minified.at(-1));
  });
  after(() => snapshot.close());

  test('filter() takes the option with the query or with the options', async () => {
    const rows = async (...options) => (await filter(snapshot, ...options)).nodes.map(({ className }) => className);
    const script = { contains: 'main.js' };
    assert.ok((await rows({ script, limit: 1000 })).includes('SessionStore'));
    assert.ok(!(await rows({ script, limit: 1000 }, { sourceMaps: 'off' })).includes('SessionStore'));
    assert.ok(!(await rows({ script, limit: 1000, sourceMaps: 'off' })).includes('SessionStore'));
  });

  test('classes, retainers, paths and functions have the names and places of the source', async () => {
    const { classes } = await snapshot.classes({ limit: 1000 });
    const row = classes.find(({ name }) => name === 'Quote');
    assert.equal(row.source.script, path.join(folder, 'src/feed.ts'));
    const { nodes } = await snapshot.classInstances(row.index, { limit: 1 });
    assert.equal(nodes[0].className, 'Quote');
    const { paths } = await snapshot.retainingPaths(nodes[0].id, { limit: 1 });
    assert.match(paths[0].text, /^onQuote → context\.history\[/);
    const functions = await filter(snapshot, { type: 'closure', script: { contains: 'main.js' }, limit: 1000 });
    assert.ok(functions.nodes.some(({ name }) => name === 'checkout'));
  });

  test('the edges of steps are still the path\'s text', async () => {
    const { suspects } = await report(minified);
    for (const { holder } of suspects) assert.equal(holder.steps.filter(({ internal }) => !internal).map(({ edge }) => edge).join(''), holder.path);
  });
});

describe('where a map is looked for', () => {
  test('in a folder, for scripts that lie elsewhere on this machine', async () => {
    const maps = copyOf('minified', 'release/dist');
    rmSync(path.join(folder, 'minified/main.js.map'));
    try {
      assert.ok(!Object.hasOwn(leaksIn(await report(minified), folder), 'Session'));
      const found = leaksIn(await report(minified, { sourceMaps: path.join(folder, 'release') }), path.join(folder));
      assert.deepEqual(Object.keys(found).sort(), Object.keys(LEAKS).sort());
    } finally {
      copyFileSync(path.join(maps, 'main.js.map'), path.join(folder, 'minified/main.js.map'));
    }
  });

  test('by the longest common end of the path, for scripts of a web site', async () => {
    const site = path.join(folder, 'site');
    for (const part of ['admin', 'shop']) cpSync(path.join(folder, 'minified'), path.join(site, 'static', part), { recursive: true });
    writeFileSync(path.join(site, 'static/admin/main.js.map'), '{}');
    const code = readFileSync(path.join(folder, 'minified/main.js'), 'utf8');
    const loader = path.join(folder, 'site/load.js');
    writeFileSync(loader, `require('node:vm').runInThisContext(${JSON.stringify(`(function (require) {${code}\n})`)}, { filename: 'https://shop.example/static/shop/main.js?v=3', columnOffset: -21 })(require);`);
    const snapshots = snapshotsOf(loader);
    const { suspects, warnings } = await report(snapshots, { sourceMaps: site });
    assert.deepEqual(warnings, undefined);
    assert.ok(suspects.some(({ className }) => className === 'Session'), JSON.stringify(suspects.map(({ className }) => className)));
  });

  test('in the sections of an index map', async () => {
    const copy = copyOf('minified', 'indexed');
    const map = JSON.parse(readFileSync(path.join(copy, 'main.js.map'), 'utf8'));
    writeFileSync(path.join(copy, 'main.js.map'), JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }));
    const { suspects } = await report(snapshotsOf(path.join(copy, 'main.js')));
    assert.ok(suspects.some(({ className, holder }) => className === 'Session' && holder.path === 'store.entries'));
  });
});

describe('a map that cannot be used', () => {
  const snapshots = {};
  const unmapped = async (damage) => {
    const copy = path.join(folder, 'damaged');
    if (snapshots.damaged === undefined) {
      copyOf('minified', 'damaged');
      snapshots.damaged = snapshotsOf(path.join(copy, 'main.js'));
    }
    copyFileSync(path.join(folder, 'minified/main.js'), path.join(copy, 'main.js'));
    copyFileSync(path.join(folder, 'minified/main.js.map'), path.join(copy, 'main.js.map'));
    const { length } = damage;
    const map = length > 1 ? JSON.parse(readFileSync(path.join(copy, 'main.js.map'), 'utf8')) : undefined;
    const text = damage(copy, map);
    if (text !== undefined) writeFileSync(path.join(copy, 'main.js.map'), text);
    const { suspects, warnings } = await report(snapshots.damaged);
    snapshots.plain ??= await report(snapshots.damaged, { sourceMaps: 'off' });
    assert.deepEqual(suspects, snapshots.plain.suspects, 'nothing is renamed');
    return warnings;
  };

  const DAMAGED = {
    'that is not JSON': [() => 'mappings: AAAA', /not JSON/],
    'of another version': [(_, map) => JSON.stringify({ ...map, version: 2 }), /version is not 3/],
    'without sources': [(_, map) => JSON.stringify({ ...map, sources: undefined }), /no sources/],
    'without mappings': [(_, map) => JSON.stringify({ ...map, mappings: 7 }), /no mappings/],
    'that is a list': [() => '[]', /not an object/],
    'with a section at a negative line': [(_, map) => JSON.stringify({ version: 3, sections: [{ offset: { line: -1, column: 0 }, map }] }), /no offset/],
    'with a section far away': [(_, map) => JSON.stringify({ version: 3, sections: [{ offset: { line: 2 ** 50, column: 0 }, map }] }), /no offset/],
    'with millions of lines': [(_, map) => JSON.stringify({ ...map, mappings: ';'.repeat(5_000_001) }), /5,000,000 lines/],
    'at an address on the network': [
      (copy) => {
        const script = path.join(copy, 'main.js');
        writeFileSync(script, readFileSync(script, 'utf8').replace('sourceMappingURL=main.js.map', 'sourceMappingURL=https://me:hunter2@maps.example/other.map?token=hunter2'));
        rmSync(path.join(copy, 'main.js.map'));
      },
      /at https:\/\/…@maps\.example\/other\.map, which is not fetched/,
    ],
    'of a script that has changed since': [
      (copy) => {
        const script = path.join(copy, 'main.js');
        writeFileSync(script, readFileSync(script, 'utf8').replace('var ', 'var longer_than_before=0,'));
      },
      /has changed since/,
    ],
  };

  for (const [what, [damage, warning]] of Object.entries(DAMAGED)) {
    test(`${what} is told, and nothing is renamed`, async () => {
      const warnings = await unmapped(damage);
      assert.equal(warnings?.length, 1, JSON.stringify(warnings));
      assert.match(warnings[0], warning);
    });
  }

  test('whose sources are not there and whose names are no names renames nothing', async () => {
    await unmapped((_, map) => JSON.stringify({ ...map, sources: map.sources.map(() => null) }));
    await unmapped((_, map) => JSON.stringify({ ...map, sourcesContent: undefined, sources: map.sources.map((_each, i) => `gone${i}.ts`), names: map.names.map(() => '\x1b[31m::error::x'), mappings: '' }));
  });

  test('whose names are hostile never brings them into the answer', async () => {
    const copy = copyOf('minified', 'hostile');
    const snapshotsOfCopy = snapshotsOf(path.join(copy, 'main.js'));
    const map = JSON.parse(readFileSync(path.join(copy, 'main.js.map'), 'utf8'));
    writeFileSync(path.join(copy, 'main.js.map'), `{"__proto__":{"polluted":1},${JSON.stringify({ ...map, names: map.names.map(() => '\x1b[31m::error::x') }).slice(1)}`);
    const text = await report(snapshotsOfCopy, { format: 'text' });
    assert.ok(!text.includes('::error') && !text.includes('\x1b'));
    assert.equal({}.polluted, undefined);
  });

  test('is told on standard error by the command line', () => {
    const copy = path.join(folder, 'damaged');
    writeFileSync(path.join(copy, 'main.js.map'), 'no map');
    copyFileSync(path.join(folder, 'minified/main.js'), path.join(copy, 'main.js'));
    const { status, stderr } = spawnSync(process.execPath, [bin, 'report', ...snapshots.damaged], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stderr, /^heapray: warning: the source map .* cannot be used: it is not JSON$/m);
  });
});

test('toLeak names class and place of the source', async () => {
  const file = path.join(folder, 'src/leaky.ts');
  writeFileSync(file, 'interface Named {\n  name: string;\n}\n\nclass Ticket implements Named {\n  constructor(public name: string) {}\n}\n\nconst tickets: Named[] = [];\nexport const open = (name: string) => tickets.push(new Ticket(name));\n');
  const outfile = path.join(folder, 'leaky/main.js');
  esbuild.buildSync({ entryPoints: [file], bundle: true, platform: 'node', sourcemap: true, minify: true, outfile, logLevel: 'error' });
  const code = `const { assertNoLeak } = require(${JSON.stringify(fileURLToPath(new URL('../testing/index.js', import.meta.url)))});
    const { open } = require(${JSON.stringify(outfile)});
    assertNoLeak(() => open('a'), { rounds: 1 }).catch(({ leaks }) => console.log(JSON.stringify(leaks)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', code], { encoding: 'utf8' });
  assert.equal(stderr, '');
  const [leak] = JSON.parse(stdout);
  assert.equal(leak.className, 'Ticket');
  assert.deepEqual([leak.source.script, leak.source.line], [file, 6]);
});

describe('the command line', () => {
  const run = (...args) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });

  test('uses maps by default and leaves them with --source-maps off', () => {
    assert.match(run('report', ...minified).stdout, /Session\n[\s\S]*src\/store\.ts:8:14/);
    assert.doesNotMatch(run('report', ...minified, '--source-maps', 'off').stdout, /store\.ts/);
  });

  test('refuses a folder that is not there', () => {
    const { status, stderr } = run('report', ...minified, '--source-maps', path.join(folder, 'nowhere'));
    assert.equal(status, 2);
    assert.match(stderr, /Expected auto, off or a folder/);
  });

  test('has the option for every verb that names code', () => {
    for (const verb of ['report', 'diff', 'classes', 'filter', 'node', 'retainers', 'closures', 'allocations', 'export', 'view']) assert.match(run(verb, '--help').stdout, /--source-maps WHERE/, verb);
  });
});

test('options that are no place for maps are refused', async () => {
  await assert.rejects(report(minified, { sourceMaps: 5 }), { code: 'ERR_INVALID_ARGUMENT' });
  await assert.rejects(report(minified, { sourceMaps: path.join(folder, 'nowhere') }), /'auto', 'off' or a folder/);
  appendFileSync(path.join(folder, 'file'), '');
  await assert.rejects(report(minified, { sourceMaps: path.join(folder, 'file') }), { code: 'ERR_INVALID_ARGUMENT' });
});
