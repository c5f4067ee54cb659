// Compares report.schema.json with reports and their types.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { report } from '../index.js';
import { AFTER, BEFORE } from './support/heaps.mjs';

const schema = JSON.parse(readFileSync(new URL('../report.schema.json', import.meta.url), 'utf8'));
const validate = new (createRequire(import.meta.url)('ajv/dist/2020.js').default)({ strict: false }).compile(schema);
const types = fileURLToPath(new URL('../index.d.ts', import.meta.url));

function checkSchema(answer) {
  const asRead = JSON.parse(JSON.stringify(answer));
  assert.ok(validate(asRead), JSON.stringify(validate.errors, null, 2));
}

test('reports of one snapshot and of a series match the schema', async () => {
  checkSchema(await report(Buffer.from(AFTER)));
  const series = await report([Buffer.from(BEFORE), Buffer.from(AFTER)]);
  assert.ok(series.suspects.length > 0);
  checkSchema(series);
});

test('a report of a captured heap with memory outside of it matches the schema', () => {
  // In a separate process, whose heap does not contain the compiler.
  const program = "require('./index.js').capture({ report: true }).then((report) => console.log(JSON.stringify(report)))";
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', maxBuffer: 64 << 20 });
  assert.equal(stderr, '');
  const captured = JSON.parse(stdout);
  assert.notEqual(captured.outside, null);
  checkSchema(captured);
});

/** A part of the schema, with the part it refers to. */
function resolved({ $ref, ...own }) {
  if (!$ref) return own;
  const shared = schema.$defs[$ref.split('/').at(-1)];
  return { ...shared, ...own, properties: shared.properties && { ...shared.properties, ...own.properties } };
}

/** Every object of the schema with named properties, with its declared type. */
function* objects(part, type, checker, path) {
  const { anyOf, items, properties } = resolved(part);
  for (const each of anyOf ?? []) yield* objects(each, type, checker, path);
  const present = checker.getNonNullableType(type);
  if (items) {
    const element = checker.getIndexTypeOfType(present, ts.IndexKind.Number);
    if (element) yield* objects(items, element, checker, `${path}[]`);
  }
  // Functions have callers, which are functions.
  if (!properties || path.endsWith('.callers[].callers[]')) return;
  yield { path, properties: Object.keys(properties), type: present };
  for (const [name, inner] of Object.entries(properties)) {
    const property = checker.getPropertyOfType(present, name);
    if (property) yield* objects(inner, checker.getTypeOfSymbol(property), checker, `${path}.${name}`);
  }
}

test('the types declare the properties of the schema, at every level, and no others', () => {
  const program = ts.createProgram([types], { strict: true, skipLibCheck: true, types: ['node'] });
  const checker = program.getTypeChecker();
  const declarations = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(types)));
  const type = checker.getDeclaredTypeOfSymbol(declarations.find(({ name }) => name === 'Report'));
  const { capture: ofCapture, ...properties } = schema.properties;
  let compared = 0;
  for (const each of objects({ ...schema, properties }, type, checker, 'Report')) {
    // Trees on request are optional, and no report has them.
    const declared = checker.getPropertiesOfType(each.type).filter(({ name, flags }) => each.properties.includes(name) || !(flags & ts.SymbolFlags.Optional));
    assert.deepEqual(declared.map(({ name }) => name).sort(), each.properties.sort(), each.path);
    compared++;
  }
  assert.ok(ofCapture && compared > 15, `${compared} objects compared`);
});
