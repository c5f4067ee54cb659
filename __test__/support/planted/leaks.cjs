'use strict';

// Leaks secrets in many kinds of places, and prints what leak assertions and watch() say of it: JSON, by who says it.
//
//   node leaks.cjs WORD FOLDER     every secret starts with the word

const { EventEmitter } = require('node:events');
const { join } = require('node:path');
const { inspect } = require('node:util');
const vm = require('node:vm');
const { capture, report, watch } = require('../../../index.js');
const testing = require('../../../testing/index.js');

const [word, folder] = process.argv.splice(2);
const ITERATIONS = 12;
let count = 100;

/** Made of bytes, so that no secret is a constant of this program. */
const secret = () => Buffer.from(`${word}${(count += 1)}`).toString('latin1');
const compiled = (source, filename) => new vm.Script(source, { filename }).runInThisContext();

class Account {
  constructor() {
    this.token = secret();
    this[secret()] = {};
  }
}

const kept = { tokens: {}, mails: {}, addresses: {}, numbers: {}, symbols: {}, bare: Object.create(null), map: new Map(), emitter: new EventEmitter().setMaxListeners(0) };
/** @type {Record<string, () => unknown>} what each call adds, which is returned if it is an object of its own */
const leaks = {
  tokens: () => (kept.tokens[secret()] = new Account()),
  mails: () => (kept.mails[`${secret()}@example.org`] = { preferences: { [secret()]: [1] } }),
  addresses: () => (kept.addresses[`https://example.org/v1?key=${secret()}`] = { body: secret(), headers: [{ authorization: secret() }] }),
  numbers: () => (kept.numbers[4_111_111_000 + (count += 1)] = { orders: [{}] }),
  symbols: () => (kept.symbols[Symbol(secret())] = [secret()]),
  bare: () => (kept.bare[secret()] = Object.assign(Object.create(null), { [secret()]: {} })),
  map: () => kept.map.set(secret(), { [secret()]: secret() }).get(word),
  shapes: () => add('shapes', { [secret()]: { a: 1 }, [secret()]: { b: [] } }),
  texts: () => add('texts', `${secret()} ${'x'.repeat(60)}`),
  listeners: () => void kept.emitter.on(secret(), ((held) => () => held)(secret())),
  errors: () => add('errors', Object.assign(new Error(secret()), { [secret()]: {} })),
  functions: () => add('functions', Object.defineProperty(() => {}, 'name', { value: secret() })),
  classes: () => add('classes', new (Object.defineProperty(class { list = []; }, 'name', { value: secret() }))()),
  scripts: () => add('scripts', compiled('(() => ({}))', secret())),
  queries: () => add('queries', compiled('(() => ({}))', `https://${secret()}@example.org/app.js?token=${secret()}`)),
};

function add(list, value) {
  (kept[list] ??= []).push(value);
  return value;
}

const leakAll = () => Object.values(leaks).map((leak) => leak());
const failing = async (assertion) => {
  try {
    await assertion();
  } catch (error) {
    if (error.code === 'ERR_LEAK') return error;
    throw error;
  }
  throw new Error(`${assertion} passes`);
};

async function assertions(said) {
  const say = (who, error) => {
    said[`${who}: message`] = error.message;
    // What node:test prints of an error.
    said[`${who}: error`] = inspect(error, { depth: 20, maxArrayLength: null, maxStringLength: null }) + JSON.stringify(error);
  };
  say('assertNoLeak', await failing(() => testing.assertNoLeak(leakAll, { iterations: ITERATIONS, rounds: 1 })));
  const before = await testing.checkpoint();
  for (let call = 0; call < ITERATIONS; call += 1) leakAll();
  const growth = await testing.since(before);
  said['since: answer'] = JSON.stringify(growth);
  say('assertNoGrowth', await failing(() => testing.assertNoGrowth(growth)));
  const now = await testing.checkpoint();
  say('assertInstances', await failing(() => testing.assertInstances(now, Account, 0)));
  for (const what of [Account, { type: 'object' }, { type: 'string' }, { class: { contains: '{' } }]) {
    say(`assertRetainsLessThan ${inspect(what)}`, await failing(() => testing.assertRetainsLessThan(now, what, 1)));
  }
  for (const [name, leak] of Object.entries(leaks)) {
    const object = leak();
    if (typeof object !== 'object' && typeof object !== 'function') continue;
    say(`assertCollected ${name}`, await failing(() => testing.assertCollected(testing.track(object), { timeout: 1 })));
  }
  before.close();
  now.close();
}

async function watching(said) {
  const watcher = watch({
    dir: folder,
    force: true,
    intervalMs: 1e9,
    onError: (error) => { throw error; },
    onReport: (event) => {
      said[`watch ${event.compared}: json`] = event.json;
      said[`watch ${event.compared}: event`] = inspect(event, { depth: 20, maxArrayLength: null, maxStringLength: null });
    },
  });
  for (let captures = 0; captures < 3; captures += 1) {
    for (let call = 0; call < 50; call += 1) leakAll();
    await watcher.captureNow();
  }
  watcher.stop();
  const captured = { force: true, cooldown: 0, file: join(folder, 'captured.heapsnapshot') };
  for (const format of ['json', 'text', 'markdown']) {
    const answer = await capture({ ...captured, report: { format } });
    said[`capture: ${format}`] = typeof answer === 'string' ? answer : JSON.stringify(answer);
  }
  said['report of the captured file'] = await report(captured.file, { format: 'text', limit: 1000 });
}

async function main() {
  const said = {};
  await assertions(said);
  await watching(said);
  process.stdout.write(JSON.stringify(said), () => process.exit(0));
}

main();
