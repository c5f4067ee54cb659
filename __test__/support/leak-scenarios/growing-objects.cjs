'use strict';

/** Single objects that grow while no objects are added: numbers, bytes, text, references. */

const MUCH = 1000;

const latencies = [];
function measure(i) {
  for (let k = 0; k < MUCH; k += 1) latencies.push(i + k);
}

const temperatures = [];
function record(i) {
  for (let k = 0; k < MUCH; k += 1) temperatures.push(i + k / 7);
}

const tenants = Array.from({ length: 40 }, (_, i) => ({ tenant: i }));
const recent = [];
function visit(i) {
  for (let k = 0; k < MUCH; k += 1) recent.push(tenants[(i + k) % tenants.length]);
}

const hits = new Map();
function count(i) {
  for (let k = 0; k < MUCH; k += 1) hits.set(i * MUCH + k, k);
}

const seen = new Set();
function remember(i) {
  for (let k = 0; k < MUCH; k += 1) seen.add(i * MUCH + k);
}

const counters = {};
function tally(i) {
  for (let k = 0; k < MUCH; k += 1) counters[(i * MUCH + k) * 1000 + 7] = k;
}

const recorder = { bytes: new Uint8Array(4096), used: 0 };
function write() {
  if (recorder.used + 1500 > recorder.bytes.length) {
    const larger = new Uint8Array(recorder.bytes.length * 2);
    larger.set(recorder.bytes);
    recorder.bytes = larger;
  }
  recorder.used += 1500;
}

let received = Buffer.alloc(0);
function receive(i) {
  received = Buffer.concat([received, Buffer.alloc(9000, i)]);
}

let transcript = '';
function say(i) {
  for (let k = 0; k < 50; k += 1) transcript += `line ${i * 50 + k} of what was said\n`;
}

class Journal {
  text = '';
  append(i) {
    for (let k = 0; k < 50; k += 1) this.text += Buffer.from(`entry ${i * 50 + k}\n`).toString();
    // Searching in a string flattens it.
    this.text.indexOf('nothing of the kind');
  }
}
const journal = new Journal();

class Totals {
  #samples = [];
  add(i) {
    for (let k = 0; k < MUCH; k += 1) this.#samples.push(i * k);
  }
}
const totals = new Totals();

let history = [];
function replaceHistory(i) {
  history = [...history, ...Array.from({ length: MUCH }, (_, k) => i + k)];
}

const rate = (() => {
  const marks = [];
  return (i) => {
    for (let k = 0; k < MUCH; k += 1) marks.push(i * k);
    return marks.length;
  };
})();

exports.units = [
  measure,
  record,
  visit,
  count,
  remember,
  tally,
  write,
  receive,
  say,
  (i) => journal.append(i),
  (i) => totals.add(i),
  replaceHistory,
  rate,
];
