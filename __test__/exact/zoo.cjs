'use strict';
// One of each thing V8 writes differently into a snapshot, kept alive, then a snapshot of itself.
//
//   node zoo.cjs FOLDER PLAN…    where a plan is one of the names in `plans` below
//
// Runs on every Node.js from 14 on, so it is written in the JavaScript of 2020.

const fs = require('fs');
const path = require('path');
const v8 = require('v8');
const { Worker, isMainThread, workerData } = require('worker_threads');

class Animal {
  constructor(name) {
    this.name = name;
    this.born = 1900 + name.length + 0.5;
  }
}

class Bird extends Animal {
  constructor(name) {
    super(name);
    this.sing = () => this.name + ' sings';
  }
}

// Two classes of one name: DevTools tells them apart by where they are.
const Twin = { one: class Twin { a = 1; }, other: class Twin { b = 2; } };

const range = (count, make) => Array.from({ length: count }, (_, i) => make(i));

function makeZoo() {
  const animals = range(300, (i) => (i % 3 ? new Animal('animal ' + i) : new Bird('bird ' + i)));
  const long = range(400, (i) => 'part' + i).join('/');
  const loop = { name: 'loop' };
  loop.self = loop;
  return {
    animals,
    loop,
    twins: range(20, (i) => (i % 2 ? new Twin.one() : new Twin.other())),
    plain: range(100, (i) => ({ id: i, label: 'label ' + i })),
    wider: range(50, (i) => ({ id: i, label: 'label', extra: [i] })),
    odd: range(5, (i) => ({ 'with, comma': i, "it's": i, '"quoted"': i, ['{' + i]: i, é: i })),
    dictionary: range(40, (i) => i).reduce((all, i) => Object.assign(all, { ['key' + i * 7]: { i } }), Object.create(null)),
    map: new Map(animals.map((animal) => [animal, { seen: animal.name }])),
    set: new Set(animals.slice(0, 50)),
    weakMap: new WeakMap(animals.map((animal) => [animal, { secret: 'of ' + animal.name }])),
    weakOfStrings: new WeakMap(range(5, () => [{}, 'a\nstring with a line break'])),
    weakSet: new WeakSet(animals),
    weakRef: typeof WeakRef === 'function' ? new WeakRef(animals[0]) : null,
    buffers: range(10, (i) => new ArrayBuffer(1000 * (i + 1))),
    views: range(10, (i) => new Float64Array(100 + i)),
    nodeBuffers: range(10, (i) => Buffer.alloc(10000, i)),
    shared: new SharedArrayBuffer(4096),
    sliced: range(20, (i) => long.slice(i, i + 200)),
    concatenated: range(20, (i) => 'start of number ' + i + ' and ' + long),
    duplicated: range(30, () => Buffer.from('the same text in many copies').toString()),
    external: Buffer.alloc(2e6, 'x').toString('latin1'),
    wide: 'né\ud83d\ude00\ud800'.repeat(10),
    symbols: range(10, (i) => Symbol('symbol ' + i)),
    bigints: range(10, (i) => 2n ** BigInt(64 * i + 1)),
    numbers: range(20, (i) => i + 0.25),
    sparse: Object.assign([], { 5: 'five', 100000: 'far' }),
    holes: [1, , 3],
    dates: range(5, (i) => new Date(i)),
    expressions: range(5, (i) => new RegExp('a{' + i + '}b', 'g')),
    errors: range(5, (i) => new Error('error ' + i)),
    bound: range(5, (i) => makeZoo.bind(null, i)),
    accessors: Object.defineProperty({}, 'lazy', { get: () => long, enumerable: true }),
    proxy: new Proxy({ target: true }, { get: () => 1 }),
    generator: (function* () { yield long; })(),
    promise: new Promise(() => {}),
    async: (async () => { await new Promise(() => {}); return long; })(),
    emitter: new (require('events'))().on('tick', () => animals.length),
    timer: setTimeout(() => animals.length, 1e6).unref(),
    counters: range(20, (i) => { let count = i; return { add: () => ++count, get: () => count }; }),
    module: require('url'),
    context: require('vm').runInNewContext('({ inner: [1, 2, { deep: true }], f() { return this.inner; } })'),
  };
}

globalThis.zoo = makeZoo();

const plans = {
  plain: (file) => save(v8.getHeapSnapshot(), file + '.heapsnapshot'),
  // The same process after it has grown, shrunk and changed: what a comparison is for.
  later(file) {
    globalThis.zoo.animals.splice(0, 100);
    globalThis.zoo.map.clear();
    globalThis.zoo.later = range(200, (i) => ({ id: i, arrived: 'later', with: new Bird('bird') }));
    return save(v8.getHeapSnapshot(), file + '.heapsnapshot');
  },
  internals: (file) =>
    save(v8.getHeapSnapshot({ exposeInternals: true, exposeNumericValues: true }), file + '.heapsnapshot'),
  numeric: (file) => save(v8.getHeapSnapshot({ exposeNumericValues: true }), file + '.heapsnapshot'),
  async worker(file) {
    const worker = new Worker(__filename, { workerData: 'wait' });
    await new Promise((resolve) => worker.once('message', resolve));
    await save(await worker.getHeapSnapshot(), file + '.heapsnapshot');
    await worker.terminate();
  },
  timeline: (file) => timeline(file + '.heaptimeline', true),
  timelineWithoutStacks: (file) => timeline(file + '.heaptimeline', false),
};

function save(stream, file) {
  return new Promise((resolve, reject) => {
    stream.on('error', reject).pipe(fs.createWriteStream(file)).on('error', reject).on('finish', resolve);
  });
}

async function timeline(file, trackAllocations) {
  const session = new (require('inspector').Session)();
  session.connect();
  const post = (method, params) =>
    new Promise((resolve, reject) => session.post(method, params, (error) => (error ? reject(error) : resolve())));
  await post('HeapProfiler.startTrackingHeapObjects', { trackAllocations });
  for (let step = 0; step < 5; step++) {
    globalThis.zoo['step' + step] = range(500, (i) => new Animal('tracked ' + i));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => chunks.push(params.chunk));
  await post('HeapProfiler.stopTrackingHeapObjects', {});
  session.disconnect();
  fs.writeFileSync(file, chunks.join(''));
}

async function main([folder, ...names]) {
  for (const name of names) await plans[name](path.join(folder, name));
}

if (isMainThread) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
} else {
  require('worker_threads').parentPort.postMessage(workerData);
  setInterval(() => {}, 1000);
}
