'use strict';

// Locations in snapshots → locations in source files: adds the names of scripts, and maps transformed code to its
// original file.
//
// Code that was compiled from text, as in the pools of Vitest, often has no file name in snapshots. When V8's debugger is
// enabled, it lists the scripts of the thread with their ids and their inline source maps.

const { SourceMap } = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

/** An inline source map, as written by Babel and TypeScript for Jest. Vitest keeps its maps elsewhere. */
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;

/**
 * Calls `onScript` for each script of this thread, or for none without the inspector.
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
    // In this thread the answer and the events before it arrive before the call returns.
    session.post('Debugger.enable');
    session.post('Debugger.disable');
  } catch {
    // Then only the ids are known.
  } finally {
    session?.disconnect();
  }
}

/**
 * Adds script names to leaks, as far as known.
 * @param {typeof listScripts} [list] lists scripts, those of this thread by default
 * @returns {() => void} moves the places that are still the same to the original files of transformed code
 */
function nameScripts(leaks, list = listScripts) {
  const places = leaks
    .flatMap(({ source, holder, functions }) => [source, holder?.source, holder?.owner?.source, ...functions.map((each) => each.source)])
    .filter((place) => place !== null && place !== undefined);
  const wanted = new Set(places.map(({ scriptId }) => String(scriptId)));
  if (wanted.size === 0) return () => {};
  const scripts = new Map();
  list(({ scriptId, url, sourceMapURL }) => {
    if (wanted.has(scriptId)) scripts.set(scriptId, { url, map: sourceMap(sourceMapURL) });
  });
  for (const place of places) place.script ||= scripts.get(String(place.scriptId))?.url || null;
  // A function and its leak may share a location.
  const unmoved = [...new Set(places)].filter(({ line }) => line !== null).map((place) => ({ place, at: { ...place } }));
  return () => {
    for (const { place, at } of unmoved) {
      const map = scripts.get(String(place.scriptId))?.map;
      if (map !== undefined && isSamePlace(place, at)) moveToOriginal(place, map);
    }
  };
}

const isSamePlace = (a, b) => a.script === b.script && a.line === b.line && a.column === b.column;

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

/** The file of a source, whose path in source maps is relative to the script. */
function resolve(source, script) {
  // In a page.
  if (/^https?:/.test(script ?? '') && URL.canParse(source, script)) return new URL(source, script).href;
  // URLs such as `webpack://…` are unchanged.
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
