'use strict';

// Places as snapshots have them → places as people know them: the names of scripts, and where code that
// was transformed before it ran stands in the file it was written in.
//
// Code that was compiled from text, as in the pools of Vitest, is often in a snapshot without the name
// of its file. V8's debugger lists the scripts of the thread with their ids when it is switched on, and
// the source maps that are part of them.

const { SourceMap } = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

/** A source map in the script itself, as Babel and TypeScript write them for Jest. Vitest keeps its own outside. */
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;

/**
 * Tells of each script of this thread; of none where there is no inspector.
 * @param {(script: { scriptId: string, url: string, sourceMapURL: string }) => void} [onScript]
 */
function listScripts(onScript = () => {}) {
  let session;
  try {
    // Node.js can be built without it.
    const { Session } = require('node:inspector');
    session = new Session();
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => onScript(params));
    // In this thread the answer, and what is told before it, comes before the call returns.
    session.post('Debugger.enable');
    session.post('Debugger.disable');
  } catch {
    // Then the ids have to do.
  } finally {
    session?.disconnect();
  }
}

/** Names the scripts of the leaks, and puts their places where the code was written, as far as both are known. */
function nameScripts(leaks) {
  const places = leaks
    .flatMap(({ source, holder, functions }) => [source, holder?.source, holder?.owner?.source, ...functions.map((each) => each.source)])
    .filter((place) => place !== null && place !== undefined);
  const wanted = new Set(places.map(({ scriptId }) => String(scriptId)));
  if (wanted.size === 0) return;
  const scripts = new Map();
  listScripts(({ scriptId, url, sourceMapURL }) => {
    if (wanted.has(scriptId)) scripts.set(scriptId, { url, map: sourceMap(sourceMapURL) });
  });
  // A function's place may be the leak's.
  for (const place of new Set(places)) {
    const { url, map } = scripts.get(String(place.scriptId)) ?? {};
    place.script ||= url || null;
    if (map !== undefined && place.line !== null) moveToOriginal(place, map);
  }
}

function sourceMap(url = '') {
  const inline = INLINE.exec(url);
  if (inline === null) return undefined;
  const text = url.slice(inline[0].length);
  try {
    return new SourceMap(JSON.parse(inline[1] ? Buffer.from(text, 'base64').toString() : decodeURIComponent(text)));
  } catch {
    return undefined;
  }
}

function moveToOriginal(place, map) {
  const { originalSource, originalLine, originalColumn } = map.findEntry(place.line - 1, place.column - 1);
  if (typeof originalSource !== 'string') return;
  place.line = originalLine + 1;
  place.column = originalColumn + 1;
  place.script = resolve(originalSource, place.script);
}

/** The file of a source, which source maps write in relation to the script. */
function resolve(source, script) {
  // `webpack://…` and the like stay as they are.
  if (/^[a-z][a-z\d+.-]+:/i.test(source) || script === null) return fileOf(source);
  return path.resolve(path.dirname(fileOf(script)), source);
}

function fileOf(url) {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

module.exports = { listScripts, nameScripts };
