// Options are declared once, in lib/api/options. The types, the documentation and the core must agree.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { buildSnapshot, object, property, shortcut, string, synthetic } from './support/build-snapshot.mjs';

const require = createRequire(import.meta.url);
const { statedBounds } = require('../lib/api/options/describe.js');
const { FUNCTIONS } = require('../lib/api/options/functions.js');
const { QUESTIONS, fieldsOf } = require('../lib/api/options/questions.js');
const { createProgram } = require('../lib/cli/program.js');
const { openNativeClient } = require('../lib/protocol/native.js');
const { ASSERTIONS } = require('../lib/testing/options.js');

const pathOf = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const docs = (name) => readFileSync(pathOf(`docs/${name}`), 'utf8');

const isArgument = ({ required }) => required === true;
/** The optional ones. */
const optionsIn = (fields) => Object.fromEntries(Object.entries(fields).filter(([, declaration]) => !isArgument(declaration)));
const optionsOf = (ask) => optionsIn(QUESTIONS[ask].fields);

describe('the types', () => {
  const files = [pathOf('index.d.ts'), pathOf('testing/index.d.ts')];
  const program = ts.createProgram(files, { strict: true, noEmit: true, exactOptionalPropertyTypes: true, lib: ['lib.es2023.full.d.ts', 'lib.esnext.disposable.d.ts'] });
  const checker = program.getTypeChecker();
  const exported = files.map((file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))));

  const typeNamed = (name) => {
    const symbol = exported.flat().find((each) => each.name === name);
    assert.ok(symbol, `${name} is exported`);
    return checker.getDeclaredTypeOfSymbol(symbol);
  };

  const INTERFACES = { parse: 'ParseOptions', redact: 'RedactOptions', report: 'ReportOptions', diff: 'DiffOptions', attach: 'AttachOptions', attachedSnapshot: 'AttachedSnapshotOptions', capture: 'CaptureOptions', watch: 'WatchOptions' };

  for (const [name, type] of Object.entries(INTERFACES)) {
    test(`${type} has the options of ${name}, their ranges and their defaults`, () => agree(type, FUNCTIONS[name], typeNamed(type)));
  }

  for (const [name, declarations] of Object.entries(ASSERTIONS)) {
    test(`${name} has the options of its assertion, their ranges and their defaults`, () => agree(name, declarations, typeNamed(name)));
  }

  test('Query has the conditions of filter, their ranges and their defaults', () => agree('Query', QUESTIONS.filter.fields, typeNamed('Query')));

  /** `report` and `diff` take the options of the functions, which are compared above. */
  const methods = Object.keys(QUESTIONS).filter((ask) => !(ask in INTERFACES) && typeNamed('Snapshot').getProperty(ask) !== undefined);
  for (const ask of methods) {
    test(`snapshot.${ask} takes the options of its question`, () => {
      const { parameters } = checker.getTypeOfSymbol(typeNamed('Snapshot').getProperty(ask)).getCallSignatures()[0];
      const positional = Object.entries(QUESTIONS[ask].fields).filter(([, declaration]) => isArgument(declaration)).map(([name, { argument }]) => argument ?? name);
      assert.deepEqual(parameters.slice(0, positional.length).map(({ name }) => name), positional);
      const [options] = parameters.slice(positional.length);
      if (options === undefined) assert.deepEqual(optionsOf(ask), {});
      else agree(ask, optionsIn(fieldsOf(ask)), checker.getNonNullableType(checker.getTypeOfSymbol(options)));
    });
  }

  test('most questions are methods of a snapshot, so that the test above compares something', () => assert.ok(methods.length >= 12, methods.join()));

  function agree(where, declarations, type) {
    const properties = checker.getPropertiesOfType(type);
    assert.deepEqual(properties.map(({ name }) => name).sort(), Object.keys(declarations).sort(), where);
    for (const property of properties) agreeOn(`${where}.${property.name}`, declarations[property.name], property);
  }

  function agreeOn(where, declaration, property) {
    const text = ts.displayPartsToString(property.getDocumentationComment(checker));
    const tag = property.getJsDocTags(checker).find(({ name }) => name === 'default');
    assert.equal(tag && ts.displayPartsToString(tag.text), defaultOf(declaration), `${where}: @default`);
    assert.ok(text.includes(statedBounds(declaration)), `${where} says "${statedBounds(declaration)}": ${text}`);
    assert.equal((property.flags & ts.SymbolFlags.Optional) !== 0, declaration.required !== true, `${where} may be left out`);

    const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    const parts = type.isUnion() ? type.types : [type];
    const is = (flag) => parts.some(({ flags }) => (flags & flag) !== 0);
    assert.equal(is(ts.TypeFlags.BooleanLike), declaration.type === 'boolean' || declaration.orBoolean === true, `${where} may be a boolean`);
    assert.equal(is(ts.TypeFlags.NumberLike), ['whole', 'number', 'id', 'ids', 'size', 'target', 'removals'].includes(declaration.type), `${where} may be a number`);
    if (declaration.choices !== undefined) {
      const literals = parts.filter((part) => part.isStringLiteral()).map(({ value }) => value);
      assert.deepEqual(literals.sort(), [...declaration.choices].sort(), `${where}: choices`);
    }
    if (declaration.fields !== undefined) agree(where, declaration.fields, parts.find(({ flags }) => flags & ts.TypeFlags.Object));
  }

  function defaultOf({ default: value, defaultsTo }) {
    if (value === undefined) return defaultsTo;
    return typeof value === 'string' ? `'${value}'` : String(value);
  }
});

describe('the documentation', () => {
  /** Lines of tables that name the word. */
  const rowsWith = (text, word) => text.split('\n').filter((line) => line.startsWith('|') && line.includes(word));
  const section = (text, title) => text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

  /** What a section says that takes the options of another. */
  const SHARED = { report: 'the options of [`report`](#report)', filter: 'the conditions of [`filter`](#filter)', Properties: '(#properties)' };

  for (const command of createProgram(() => {}).commands.filter((each) => each.name() !== 'completion')) {
    test(`docs/cli.md has the values and defaults of the flags of ${command.name()}`, () => {
      const own = section(docs('cli.md'), command.name());
      const shared = ['Output', ...Object.keys(SHARED).filter((title) => own.includes(SHARED[title]))];
      const text = own + shared.map((title) => section(docs('cli.md'), title)).join('');
      for (const { long, description, defaultValue } of command.options) {
        const row = rowsWith(text, `\`${long}`).join('\n');
        assert.notEqual(row, '', `${command.name()} ${long}`);
        const [bounds = ''] = /\d+ to \d+|at least \d+/.exec(description) ?? [];
        assert.ok(row.includes(bounds), `${long}, ${bounds}: ${row}`);
        const [, depth, limit] = /levels deep \((\d+)\), LIMIT on each \((\d+)\)$/.exec(description) ?? [];
        const [, number] = / \((\d+)\)$/.exec(description) ?? [];
        if (depth !== undefined) assert.match(row, new RegExp(`default ${depth} levels?, ${limit} on`), long);
        else if (number !== undefined && number !== '0') assert.match(row, new RegExp(`default ${number}\\b`), long);
        if (typeof defaultValue === 'string') assert.ok(row.includes(`\`${defaultValue}\` (default)`), `${long}: ${row}`);
      }
    });
  }

  test('docs/protocol.md lists the questions, with optional fields in brackets', () => {
    const named = (text) => Array.from(text.matchAll(/`(\w+)`/g), ([, name]) => name);
    const rows = new Map();
    const [ofSnapshots] = section(docs('protocol.md'), 'Questions').split('Of the engine itself');
    for (const [, asks, fields] of ofSnapshots.matchAll(/^\| (`[^|]+)\|([^|]*)\|/gm)) {
      const [required, others = ''] = fields.split('[');
      for (const ask of named(asks)) rows.set(ask, { required: named(required), optional: named(others.split(']')[0]) });
    }
    rows.delete('ask');
    assert.deepEqual([...rows.keys()].sort(), Object.keys(QUESTIONS).sort());
    assert.deepEqual(rows.get('filter'), { required: [], optional: ['Query'] });
    rows.delete('filter');
    for (const [ask, { required, optional: others }] of rows) {
      const { fields } = QUESTIONS[ask];
      assert.deepEqual(required, Object.keys(fields).filter((name) => isArgument(fields[name])), ask);
      assert.deepEqual(others.sort(), Object.keys(optionsOf(ask)).sort(), ask);
    }
  });

  test('docs/testing.md has a row for each option of leak assertions, with its default', () => {
    for (const [name, { default: value }] of Object.entries(ASSERTIONS.LeakOptions)) {
      const [row] = rowsWith(docs('testing.md'), `| \`${name}\` |`);
      assert.ok(row, name);
      if (value !== undefined) assert.equal(row.split('|')[2].trim(), String(value), name);
    }
  });
});

describe('the core', () => {
  const client = openNativeClient();
  /** A snapshot and a later one. */
  let snapshots;

  before(async () => {
    snapshots = [];
    for (const count of [60, 120]) snapshots.push((await client.open(Buffer.from(heapOf(count)))).snapshot);
  });
  after(() => client.dispose());

  /** More classes, objects of a class, texts and levels than any default limit. */
  function heapOf(count) {
    const roots = Array.from({ length: count }, (_, i) => `a${i}`);
    const heap = {
      root: synthetic('', { references: [shortcut('global')] }),
      global: object('global', 40, { references: roots.map((name) => property(name)) }),
    };
    roots.forEach((name, i) => {
      heap[name] = object(`Class${i}`, 32, { references: ['b', 's', 't'].map((letter) => property(`${letter}${i}`)) });
      for (const [from, to] of ['bc', 'cd', 'de', 'ef']) heap[`${from}${i}`] = object('Link', 16, { references: [property(`${to}${i}`)] });
      heap[`f${i}`] = object('Link', 16);
      for (const letter of 'st') heap[`${letter}${i}`] = string(`text ${i}`, 40);
    });
    return buildSnapshot(heap);
  }

  /** Values of required options: the object that retains all others, and the largest class. */
  const GIVEN = { id: 3, of: 'Link', class: 'Link', query: {} };
  const SAMPLES = {
    id: [7], ids: [[7]], boolean: [true, false], words: [['object']], text: [{ exact: 'Class3' }, { contains: 'class' }, { regex: '^C', flags: 'i' }],
    range: [{ min: 1, max: 2 }], namedFilter: ['duplicatedStrings'],
    names: ['class', ['class']], properties: [{ name: 'a1' }, [{ name: { contains: 'b' }, value: null }, { name: 's1', value: 'text', to: 'Class1' }]],
    removals: [7, { class: 'Link' }, [7, { id: [9] }]],
  };

  /** Of options that must fit the heap. */
  const FITTING = { cut: ['@3.a1', ['@3.a1', '@3.a2']] };

  const ask = (question) => client.ask(snapshots.slice(0, QUESTIONS[question.ask].least), question);
  const plain = (name) => ({
    ask: name,
    ...Object.fromEntries(Object.entries(QUESTIONS[name].fields).filter(([, declaration]) => isArgument(declaration)).map(([field]) => [field, GIVEN[field]])),
  });

  for (const name of Object.keys(QUESTIONS)) {
    test(`${name}: the declared default is the value without it`, async () => {
      const answer = await ask(plain(name));
      const fields = optionsOf(name);
      for (const [field, { default: value }] of Object.entries(fields)) {
        if (value !== undefined) assert.deepEqual(await ask({ ...plain(name), [field]: value }), answer, field);
      }
      for (const [field, { fields: members }] of Object.entries(fields)) {
        if (members === undefined) continue;
        const defaults = Object.fromEntries(Object.entries(members).filter(([, { default: value }]) => value !== undefined).map(([member, { default: value }]) => [member, value]));
        assert.deepEqual(await ask({ ...plain(name), [field]: defaults }), await ask({ ...plain(name), [field]: {} }), field);
      }
    });

    test(`${name}: every declared value is accepted, and no other`, async () => {
      for (const [field, declaration] of Object.entries(optionsOf(name))) {
        for (const value of FITTING[field] ?? accepted(declaration)) await ask({ ...plain(name), [field]: value });
        for (const value of refused(declaration)) await assert.rejects(ask({ ...plain(name), [field]: value }), { code: 'ERR_INVALID_QUERY' }, `${field}: ${JSON.stringify(value)}`);
      }
      await assert.rejects(ask({ ...plain(name), noSuchField: 1 }), { code: 'ERR_INVALID_QUERY' });
    });
  }

  const isNumber = ({ type }) => type === 'whole' || type === 'number';

  /** For options with members: an object for each of their values. */
  const inObjects = (fields, values) => Object.entries(fields).flatMap(([member, declaration]) => values(declaration).map((value) => ({ [member]: value })));

  function accepted(declaration) {
    if (declaration.fields) return inObjects(declaration.fields, accepted);
    if (isNumber(declaration)) return [declaration.min ?? 1, declaration.max ?? 10];
    return [...(declaration.type === 'choice' ? declaration.choices : SAMPLES[declaration.type]), ...(declaration.orBoolean ? [true, false] : [])];
  }

  function refused(declaration) {
    if (declaration.fields) return inObjects(declaration.fields, refused);
    if (isNumber(declaration)) return [...(declaration.min === undefined ? [] : [declaration.min - 1]), ...(declaration.max === undefined ? [] : [declaration.max + 1]), 'many'];
    return declaration.type === 'choice' || declaration.type === 'namedFilter' ? ['noSuchChoice'] : [];
  }
});
