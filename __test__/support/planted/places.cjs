'use strict';

// Places where a program can have a secret, by kind: the contents of a text, the name of a property, something that
// names an object. Each is given a secret of its own, and returns what keeps it alive.

const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { Buffer } = require('node:buffer');
const crypto = require('node:crypto');
const diagnostics = require('node:diagnostics_channel');
const { EventEmitter } = require('node:events');
const http = require('node:http');
const Module = require('node:module');
const path = require('node:path');
const querystring = require('node:querystring');
const { Readable } = require('node:stream');
const util = require('node:util');
const v8 = require('node:v8');
const vm = require('node:vm');

/** An object with more properties than V8 keeps in a shape. */
const dictionary = (names, value = (i) => ({ i: [i] })) => Object.fromEntries(names.map((name, i) => [name, value(i)]));
const many = (secret, count = 40) => Array.from({ length: count }, (_, i) => `${secret}${i}`);
const compiled = (source, options) => new vm.Script(source, options).runInThisContext();

/** @type {Record<string, (secret: string) => unknown>} */
const texts = {
  'property value': (secret) => ({ value: secret }),
  'array element': (secret) => [secret],
  'map key': (secret) => new Map([[secret, {}]]),
  'map value': (secret) => new Map([[{}, secret]]),
  'map of maps': (secret) => new Map([['a', new Map([[secret, secret]])]]),
  'set item': (secret) => new Set([secret]),
  'weak map value': (secret) => {
    const key = {};
    return [key, new WeakMap([[key, secret]])];
  },
  'weak reference': (secret) => new WeakRef({ secret }),
  'finalization token': (secret) => {
    const held = {};
    const registry = new FinalizationRegistry(() => {});
    registry.register(held, secret);
    return [held, registry];
  },
  'captured variable': (secret) => () => secret,
  'default argument': (secret) => (value = secret) => value,
  'bound argument': (secret) => console.log.bind(null, secret),
  'arguments object': (secret) => (function () { return arguments; })(secret),
  'generator variable': (secret) => {
    const iterator = (function* () { const kept = secret; yield 1; yield kept; })();
    iterator.next();
    return iterator;
  },
  'suspended async function': (secret) => (async () => { const kept = secret; await new Promise(() => {}); return kept; })(),
  'resolved promise': (secret) => Promise.resolve(secret),
  'rejected promise': (secret) => {
    const promise = Promise.reject(new Error(secret));
    promise.catch(() => {});
    return promise;
  },
  'error message': (secret) => new Error(secret),
  'error cause': (secret) => new Error('failed', { cause: secret }),
  'error stack': (secret) => {
    const error = new Error(secret);
    return [error, error.stack];
  },
  'type error message': (secret) => { try { return JSON.parse(secret); } catch (error) { return error; } },
  'symbol description': (secret) => Symbol(secret),
  'registered symbol': (secret) => Symbol.for(secret),
  'template text': (secret) => new Function(`return ((texts) => texts)\`${secret}\``)(),
  'joined text': (secret) => `${secret}`.concat(`${secret}`.repeat(3)),
  'part of a text': (secret) => `${secret} and more of it`.slice(2).concat(secret),
  'long text': (secret) => `${secret} ${'x'.repeat(5000)}`,
  'text of two bytes': (secret) => `${secret} é 😀 \u2028`,
  'unpaired surrogate': (secret) => `${secret}\ud800`,
  'boxed string': (secret) => Object(secret),
  'date': (secret) => [new Date(secret), secret],
  'regular expression': (secret) => new RegExp(secret),
  'last match': (secret) => /(.+)/.exec(secret),
  'regular expression input': (secret) => { const pattern = /x/g; return [pattern, pattern[Symbol.replace](secret, '')]; },
  'number': () => ({ number: 4_111_111_111_111.25 }),
  'small number': () => ({ number: 987_654_321 }),
  'number in an array': () => [4_111_111_111_112.25, 987_654_322],
  'bigint': () => ({ big: 4_111_111_111_113n * 1_000_003n }),
  'typed array': (secret) => Uint8Array.from(Buffer.from(secret)),
  'buffer': (secret) => Buffer.from(secret),
  'array buffer': (secret) => new Uint8Array(Buffer.from(secret)).buffer,
  'shared buffer': (secret) => { const shared = new SharedArrayBuffer(64); Buffer.from(shared).write(secret); return shared; },
  'text decoder': (secret) => new TextDecoder().decode(Buffer.from(secret)),
  'text of JSON': (secret) => JSON.stringify({ secret }),
  'parsed JSON value': (secret) => JSON.parse(`{"value":"${secret}"}`),
  'parsed JSON array': (secret) => JSON.parse(`["${secret}"]`),
  'environment': (secret) => { process.env.PLANTED = secret; return { ...process.env }; },
  'argument of the process': (secret) => process.argv.push(secret),
  'title of the process': (secret) => [process.title, secret],
  'class field': (secret) => new (class Account { token = secret; })(),
  'private field': (secret) => new (class Account { #token = secret; get() { return this.#token; } })(),
  'static field': (secret) => class Account { static token = secret; },
  'accessor': (secret) => ({ get token() { return secret; } }),
  'proxy target': (secret) => new Proxy({ secret }, {}),
  'proxy handler': (secret) => new Proxy({}, { get: () => secret }),
  'frozen object': (secret) => Object.freeze({ secret }),
  'source of a function': (secret) => new Function(`return ${JSON.stringify(secret)}`),
  'source of eval': (secret) => (0, eval)(`() => "${secret}"`),
  'comment in a source': (secret) => compiled(`(() => 1) /* ${secret} */`),
  'source of a script': (secret) => new vm.Script(`"${secret}"`),
  'source map address': (secret) => compiled(`(() => 2)\n//# sourceMappingURL=https://example.org/${secret}.map`),
  'listener': (secret) => new EventEmitter().on('event', ((kept) => () => kept)(secret)),
  'event name in a map': (secret) => new Map([[Symbol(secret), 1]]),
  'event target': (secret) => { const target = new EventTarget(); target.addEventListener('x', () => secret); return target; },
  'abort reason': (secret) => AbortSignal.abort(secret),
  'timer argument': (secret) => setTimeout(() => {}, 1e7, secret).unref(),
  'interval': (secret) => setInterval(() => secret, 1e7).unref(),
  'async storage': (secret) => { const storage = new AsyncLocalStorage(); storage.enterWith({ secret }); return storage; },
  'async resource': (secret) => new AsyncResource('planted', { secret }),
  'stream chunk': (secret) => { const stream = Readable.from([secret]); stream.push?.(Buffer.from(secret)); return stream; },
  'address': (secret) => new URL(`https://user-${secret}@example.org/${secret}?token=${secret}#${secret}`),
  'search parameters': (secret) => new URLSearchParams({ token: secret }),
  'parsed query': (secret) => [querystring.parse(`value=${secret}`), secret],
  'header value': (secret) => { const message = new http.OutgoingMessage(); message.setHeader('authorization', secret); return message; },
  'web header value': (secret) => new Headers({ authorization: secret }),
  'cookie': (secret) => ({ headers: { cookie: `session=${secret}; path=/` } }),
  'request options': (secret) => new http.Agent({ planted: secret }),
  'hash': (secret) => [crypto.createHash('sha256').update(secret), secret],
  'key object': (secret) => crypto.createSecretKey(Buffer.from(secret.padEnd(32, '.').slice(0, 32))),
  'context of vm': (secret) => vm.createContext({ planted: secret }),
  'compiled function of vm': (secret) => vm.compileFunction(`return "${secret}"`),
  'inspected text': (secret) => util.inspect({ secret }),
  'formatted text': (secret) => util.format('%s', secret),
  'structured clone': (secret) => structuredClone(new Map([['a', secret]])),
  'serialized': (secret) => v8.deserialize(v8.serialize({ a: secret })),
  'message port': (secret) => { const { port1, port2 } = new MessageChannel(); port1.postMessage(secret); port1.unref(); return [port1, port2]; },
  'blob': (secret) => new Blob([secret]),
  'intl': (secret) => [new Intl.Segmenter('en').segment(secret), secret],
  'diagnostics': (secret) => diagnostics.channel('planted').subscribe(((kept) => () => kept)(secret)),
  'linked list': (secret) => ({ next: { next: { value: secret } } }),
  'sparse array': (secret) => { const list = []; list[1e6] = secret; return list; },
};

/** @type {Record<string, (secret: string) => unknown>} */
const keys = {
  'key of a dictionary': (secret) => dictionary(many(secret)),
  'key of an object without a prototype': (secret) => Object.assign(Object.create(null), { [secret]: {} }),
  'key in a small object': (secret) => ({ [secret]: {} }),
  'key beside code': (secret) => ({ prefs: { [secret]: { on: [] } } }),
  'mail address': (secret) => ({ [`${secret}@example.org`]: {} }),
  'address as a key': (secret) => ({ [`https://example.org/v1?key=${secret}`]: {} }),
  'path as a key': (secret) => ({ [`/v1/${secret}/items`]: {} }),
  'number as a key': (secret) => ({ [`4111-1111-${secret}`]: {} }),
  'large number as a key': () => ({ [4_111_111_114]: {} }),
  'large number as a key of many': () => Object.fromEntries(Array.from({ length: 40 }, (_, i) => [4_111_111_120 + i, {}])),
  'key of JSON': (secret) => JSON.parse(`{"${secret}":{"a":[]}}`),
  'key of many objects': (secret) => Array.from({ length: 8 }, () => ({ [`${secret}a`]: {}, [`${secret}b`]: {} })),
  'header name': (secret) => { const message = new http.OutgoingMessage(); message.setHeader(`x-${secret}`, ['1']); return message; },
  'query name': (secret) => querystring.parse(`${secret}=a&${secret}=b`),
  'name of an environment variable': (secret) => ({ [`TOKEN_${secret}`]: ['value'] }),
  'accessor made at run time': (secret) => Object.defineProperty({}, secret, { get: () => 1, enumerable: true }),
  'method made at run time': (secret) => ({ [secret]() {} }),
  'function made at run time': (secret) => ({ [secret]: () => {} }),
  'method of a class made at run time': (secret) => class { [secret]() {} },
  'static made at run time': (secret) => class { static [secret] = {}; },
  'symbol as a key': (secret) => ({ [Symbol(secret)]: {} }),
  'event name': (secret) => new EventEmitter().on(secret, () => {}),
  'global': (secret) => { globalThis[`g_${secret}`] = {}; },
  'context global': (secret) => vm.createContext({ [secret]: {} }),
  'property of a function': (secret) => Object.assign(() => {}, { [secret]: {} }),
  'property of an array': (secret) => Object.assign([], { [secret]: {} }),
  'property of an error': (secret) => Object.assign(new Error('failed'), { [secret]: {} }),
  'grouped': (secret) => Object.fromEntries(Object.entries({ [secret]: [1.5] })),
  'cache of require': (secret) => { require.cache[`/srv/${secret}.js`] = { exports: {} }; },
  'long key': (secret) => ({ [`${secret} ${'word '.repeat(40)}`]: {} }),
  'words of people': (secret) => dictionary([...'abcdefghijklmnopqrst'].map((letter) => secret.replace(/\d+/g, letter))),
};

/** @type {Record<string, (secret: string) => unknown>} */
const labels = {
  'name of a script of vm': (secret) => compiled('(() => 3)', { filename: secret }),
  'query of a script of vm': (secret) => compiled('(() => 4)', { filename: `https://example.org/app.js?token=${secret}` }),
  'user of a script of vm': (secret) => compiled('(() => 5)', { filename: `https://${secret}@example.org/app.js` }),
  'parameter of a path': (secret) => compiled('(() => 9)', { filename: `/srv/app.js;session=${secret}` }),
  'query of a path': (secret) => compiled('(() => 6)', { filename: `/srv/app.js?token=${secret}` }),
  'source address': (secret) => compiled(`(() => 7)\n//# sourceURL=${secret}`),
  'tag of a class': (secret) => Object.assign(new (class Tagged {})(), { [Symbol.toStringTag]: secret }),
  'name of a class made at run time': (secret) => new (Object.defineProperty(class {}, 'name', { value: secret }))(),
  'name of a function made at run time': (secret) => Object.defineProperty(() => {}, 'name', { value: secret }),
  'name of a class in compiled text': (secret) => compiled(`new (class ${secret} { a = [] })()`),
  'name of a function in compiled text': (secret) => compiled(`(function ${secret}() {})`),
  'module of a data address': (secret) => import(`data:text/javascript,export default () => "${secret}"`),
  'module in the cache': (secret) => {
    const module = new Module(`/srv/${secret}`);
    module.filename = `/srv/a.js?token=${secret}`;
    return module;
  },
  'module with a query': async (secret) => import(`file://${path.join(__dirname, 'module.mjs')}?token=${secret}`),
};

/** Names in code, which stay: letters alone, as programs have them. */
const byDesign = {
  'class': (word) => compiled(`new (class ${word}Class { a = [] })()`),
  'function': (word) => compiled(`(function ${word}Function() {})`),
  'variable': (word) => compiled(`(() => { const ${word}Variable = {}; return () => ${word}Variable; })()`),
  'property that code refers to': (word) => {
    const read = compiled(`(() => { const o = { ${word}Property: {} }; return () => o.${word}Property; })()`);
    return [read, read()];
  },
  'word in an object of a few properties': (word) => ({ [`${word}Word`]: {} }),
  'folder and name of a script': (word) => compiled('(() => 8)', { filename: `/srv/${word}Folder/app.js` }),
  'property that many objects have': (word) => Array.from({ length: 20 }, () => ({ [`${word}17Shared`]: {} })),
};

module.exports = { byDesign, keys, labels, texts };
