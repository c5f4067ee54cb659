'use strict';

// Environment variables → settings. A wrong value is said once, and the variable counts as not set.

const path = require('node:path');
const { sayFailure } = require('./say.js');

/**
 * @typedef {object} Settings
 * @property {string} [dir] Absolute.
 * @property {NodeJS.Signals} [signal]
 * @property {'stderr' | 'file'} [report]
 * @property {boolean} [redact]
 * @property {number} [maxCaptures]
 * @property {'all' | 'newest'} [upload] Which snapshots can be sent. The address is a secret and stays in the environment.
 */

/** Signals that do not end a process. SIGUSR2 does, but is meant for purposes like this. */
const SIGNALS = ['SIGUSR2', 'SIGCONT', 'SIGIO', 'SIGURG', 'SIGWINCH'];

const PREFIX = 'HEAPRAY_';

const SWITCH = new Map([['1', true], ['true', true], ['yes', true], ['on', true], ['0', false], ['false', false], ['no', false], ['off', false]]);

/** Each with its setting, what it expects, and a reader that returns `undefined` for anything else. */
const VARIABLES = {
  HEAPRAY_DIR: { name: 'dir', expects: 'a folder', read: (text) => (text.includes('\0') ? undefined : path.resolve(text)) },
  HEAPRAY_SIGNAL: { name: 'signal', expects: `one of ${SIGNALS.join(', ')}`, read: readSignal },
  HEAPRAY_REPORT: { name: 'report', expects: 'stderr or file', read: (text) => (text === 'stderr' || text === 'file' ? text : undefined) },
  HEAPRAY_REDACT: { name: 'redact', expects: '1 or 0', read: (text) => SWITCH.get(text.toLowerCase()) },
  HEAPRAY_MAX_CAPTURES: { name: 'maxCaptures', expects: 'a whole number, at least 1', read: (text) => (/^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined) },
  HEAPRAY_UPLOAD: { name: 'upload', expects: 'an http: or https: URL, two of them, or a command', isSecret: true, read: (text) => uploadOf(readTarget(text)) },
};

const isSwitchedOff = ({ HEAPRAY_OFF: text }) => text !== undefined && text !== '' && SWITCH.get(text.toLowerCase()) !== false;

/** @returns {Settings} */
function readSettings(env) {
  const settings = {};
  for (const [variable, { name, expects, isSecret, read }] of Object.entries(VARIABLES)) {
    const { [variable]: text = '' } = env;
    if (text.trim() === '') continue;
    const value = read(text.trim());
    if (value === undefined) sayFailure(`${variable} must be ${expects}${isSecret ? '' : `, not "${text}"`}; it is ignored`);
    else settings[name] = value;
  }
  sayMisspelt(env);
  return settings;
}

/** Other variables may be meant for somebody else, such as those that Kubernetes sets for a service. */
function sayMisspelt(env) {
  const known = [...Object.keys(VARIABLES), 'HEAPRAY_OFF', 'HEAPRAY_ADDON'];
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(PREFIX) || known.includes(variable) || /_(?:PORT|SERVICE)(?:_|$)/.test(variable)) continue;
    const [typed, ...names] = [variable, ...known].map((each) => each.slice(PREFIX.length));
    const meant = require('../api/options/nearest.js').nearest(typed, names);
    if (meant !== undefined) sayFailure(`${variable} is no variable of heapray: did you mean ${PREFIX}${meant}?`);
  }
}

function readSignal(text) {
  const name = text.toUpperCase();
  const signal = name.startsWith('SIG') ? name : `SIG${name}`;
  return SIGNALS.includes(signal) ? signal : undefined;
}

/** An address without a place for the name is that of one object. */
function uploadOf(target) {
  if (target?.urls === undefined) return target && 'all';
  return target.urls.at(-1).includes('{name}') ? 'all' : 'newest';
}

/**
 * Where uploads go.
 * @returns {{ urls: string[] } | { words: string[] } | undefined} `undefined` for what is neither.
 */
function readTarget(text) {
  const parts = text.split(/\s+/);
  if (parts.every((part) => /^https?:\/\//i.test(part))) return parts.length <= 2 && parts.every(isUrl) ? { urls: parts } : undefined;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return undefined;
  const words = wordsOf(text);
  return words === undefined ? undefined : { words };
}

const isUrl = (text) => URL.canParse(text.replaceAll('{name}', 'name'));

/** Words of a command, with blanks in quotes; no shell reads them. */
function wordsOf(text) {
  const word = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
  if (text.replace(word, '').trim() !== '') return undefined;
  return text.match(word).map((each) => each.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

module.exports = { isSwitchedOff, readSettings, readTarget };
