'use strict';

// Places whose script a snapshot does not name → the same with the name, which the running process knows.
//
// Code that was compiled from text, as in the pools of Vitest, is often in a snapshot without the name
// of its file. V8's debugger lists the scripts of the thread with their ids when it is switched on.

/** @returns {Map<number, string>} names of scripts by id; empty where there is no inspector */
function scriptNames() {
  const names = new Map();
  let session;
  try {
    // Node.js can be built without it.
    const { Session } = require('node:inspector');
    session = new Session();
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url !== '') names.set(Number(params.scriptId), params.url);
    });
    // In this thread the answer, and what is told before it, comes before the call returns.
    session.post('Debugger.enable');
    session.post('Debugger.disable');
  } catch {
    // Then the ids have to do.
  } finally {
    session?.disconnect();
  }
  return names;
}

/** Names the scripts of the leaks as far as they are known. */
function nameScripts(leaks) {
  const places = leaks.flatMap(({ source, functions }) => [source, ...functions.map((each) => each.source)]);
  const unnamed = places.filter((place) => place !== null && !place.script);
  if (unnamed.length === 0) return;
  const names = scriptNames();
  for (const place of unnamed) place.script = names.get(place.scriptId) ?? null;
}

module.exports = { nameScripts, scriptNames };
