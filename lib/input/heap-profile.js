'use strict';

// V8's sampling heap profiles (.heapprofile) as recordings of allocations, which the core reads.
//
// A profile is a tree of calls with the bytes that were sampled at each, so it becomes a snapshot without objects whose
// allocations are the samples. Nothing of Node.js is used here: the viewer opens profiles too.

const { HeaprayError } = require('../api/heapray-error.js');

const HEADER = {
  meta: {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id'],
    node_types: [['synthetic'], 'string', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [['element'], 'string_or_number', 'node'],
    trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
    sampled: true,
  },
  node_count: 1,
  edge_count: 0,
};

/** Ends a list of children in the walk. */
const END = Symbol('end of a list');

/** Whether the core has refused a source because it is a sampling profile. */
const isHeapProfile = ({ code, found }) => code === 'ERR_NOT_A_SNAPSHOT' && found?.startsWith('a sampling heap profile') === true;

/**
 * @param {string} text a profile, of DevTools, `node --heap-prof` or `HeapProfiler.stopSampling`
 * @returns {string} the recording
 */
function recordingOf(text) {
  const profile = parsed(text);
  const functions = new Functions();
  const tree = treeOf(profile.head, samplesByCall(profile), functions);
  const header = { ...HEADER, trace_function_count: functions.rows.length };
  const infos = functions.rows.flat().join(',');
  const strings = JSON.stringify([...functions.strings.keys()]);
  return `{"snapshot":${JSON.stringify(header)},"nodes":[0,0,1,0,0,0],"edges":[],"trace_function_infos":[${infos}],"trace_tree":[${tree}],"strings":${strings}}`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch ({ message }) {
    throw damaged('JSON', message);
  }
}

function damaged(expected, found) {
  return new HeaprayError('ERR_SYNTAX', `expected ${expected} in a sampling heap profile, found ${found}`, { expected, found });
}

/** The number of samples at each call. Profiles of before 2019 have no list of them. */
function samplesByCall({ samples = [] }) {
  if (!Array.isArray(samples)) throw damaged('a list of samples', shown(samples));
  const counts = new Map();
  for (const sample of samples) counts.set(sample?.nodeId, (counts.get(sample?.nodeId) ?? 0) + 1);
  return counts;
}

/** The tree as the text of `trace_tree`, whose nodes are `id, function, count, size, [children]`. */
function treeOf(head, counts, functions) {
  const parts = [];
  const rest = [head];
  let number = 0;
  while (rest.length > 0) {
    const call = rest.pop();
    if (call === END) {
      parts.push(']');
      continue;
    }
    const { callFrame, selfSize, id, children = [] } = isObject(call) ? call : {};
    if (!isObject(callFrame) || !Array.isArray(children)) throw damaged('calls with a callFrame and children', shown(call));
    if (typeof selfSize !== 'number' || !(selfSize >= 0 && selfSize <= Number.MAX_SAFE_INTEGER)) throw damaged('a selfSize in bytes', shown(selfSize));
    const size = Math.round(selfSize);
    // Where there are bytes there was a sample, listed or not.
    const count = Math.max(counts.get(id) ?? 0, Math.sign(size));
    const separator = parts.length === 0 || parts.at(-1).endsWith('[') ? '' : ',';
    parts.push(`${separator}${(number += 1)},${functions.number(callFrame)},${count},${size},[`);
    rest.push(END);
    for (let i = children.length - 1; i >= 0; i--) rest.push(children[i]);
  }
  return parts.join('');
}

/** The functions of the calls; as in DevTools, one for each name and place. */
class Functions {
  rows = [];
  strings = new Map([['', 0]]);
  #numbers = new Map();

  number({ functionName, scriptId, url, lineNumber, columnNumber }) {
    const place = [numberOf(scriptId, 0), numberOf(lineNumber, -1) + 1, numberOf(columnNumber, -1) + 1];
    const names = [this.#string(functionName), this.#string(url)];
    const key = [...names, ...place].join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.rows.length;
    this.#numbers.set(key, number);
    this.rows.push([number, ...names, ...place]);
    return number;
  }

  #string(text = '') {
    if (typeof text !== 'string') throw damaged('names of functions and scripts', shown(text));
    if (!this.strings.has(text)) this.strings.set(text, this.strings.size);
    return this.strings.get(text);
  }
}

/** Script ids are numbers in strings; the runtime's own calls have no place, which is -1. */
function numberOf(value, least) {
  const number = Number(value ?? least);
  if (!Number.isSafeInteger(number)) throw damaged('ids of scripts, lines and columns', shown(value));
  return Math.max(number, least);
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

module.exports = { isHeapProfile, recordingOf };
