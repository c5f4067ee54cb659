// The core as WebAssembly, in a thread of its own. It runs the calls of addon.js one after the other.

import { openSync, closeSync, fstatSync, readFileSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { HeapModule } from '../../../viewer/engine/module.mjs';

const BLOCK_BYTES = 4 << 20;

const module = new HeapModule(new WebAssembly.Module(readFileSync(workerData.wasm)));

const calls = {
  begin: ([bytes, most]) => module.begin(bytes, most),
  push: ([chunk]) => module.push(chunk),
  finish: (_, watch) => module.finish(watch),
  abandon: () => module.abandon(),
  parseFile: ([path, most], watch) => {
    const file = openSync(path, 'r');
    try {
      return parse(blocksOf(file), fstatSync(file).size, most, watch);
    } finally {
      closeSync(file);
    }
  },
  ask: ([snapshots, question], watch) => module.ask(snapshots, JSON.parse(question), watch),
  column: ([snapshot, name], watch) => module.column(snapshot, name, watch),
  close: ([snapshot]) => module.close(snapshot),
};

function parse(blocks, size, most, watch) {
  let done = 0;
  module.begin(size, most);
  try {
    for (const block of blocks) {
      if (watch({ phase: 'parse', done, total: size })) throw cancelled();
      module.push(block);
      done += block.length;
    }
    return module.finish(watch);
  } catch (error) {
    module.abandon();
    throw error;
  }
}

function* blocksOf(file) {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let read = readSync(file, block); read > 0; read = readSync(file, block)) yield block.subarray(0, read);
}

const cancelled = () => Object.assign(new Error('cancelled'), { code: 'ERR_CANCELLED' });

/** A failure as the addon describes it: see lib/api/errors.js. */
function failure(error) {
  if (error.syscall) return { code: 'ERR_IO', errno: -error.errno, message: error.message.replace(/^[A-Z]+: (.*?),.*$/, '$1') };
  const { code = 'ERR_INTERNAL', message, section, offset, expected, found } = error;
  return { code, message, section, offset, expected, found };
}

parentPort.on('message', ({ id, call, args, control, wake, port }) => {
  const watch = (progress) => {
    control?.report(progress);
    return control ? Atomics.load(control.flags, 0) !== 0 : false;
  };
  if (control) control.report = reporter(control);
  const reply = { id };
  try {
    reply.value = calls[call](args, watch);
  } catch (error) {
    reply.failure = failure(error);
  }
  reply.memory = module.memoryBytes;
  (port ?? parentPort).postMessage(reply);
  if (wake) {
    Atomics.store(wake, 0, 1);
    Atomics.notify(wake, 0);
  }
});

/** Writes the progress as numbers that the caller's thread can read at any time. */
function reporter({ flags, counts, phases }) {
  return ({ phase, done, total }) => {
    Atomics.store(flags, 1, Math.max(0, phases.indexOf(phase)));
    counts[0] = done;
    counts[1] = total;
  };
}
