'use strict';

/** Adds the scopes in the source text of scripts to snapshots that do not tell of scopes: those of Node.js. */

const { localPath, readSource } = require('../source-maps/sources.js');
const { scopesOf } = require('./analyse.js');

/** Source text that is analysed, in UTF-16 units: ten seconds' worth. */
const MAX_TEXT = 64e6;

/**
 * @param {(question: object) => Promise<any>} ask asks one snapshot within a job
 * @returns {Promise<string[]>} scripts that could not be read, whose text is not JavaScript, or was changed since
 */
async function addSourceText(ask) {
  const { scripts } = await ask({ ask: 'sourceTextWanted' });
  const read = [];
  const unread = [];
  let rest = MAX_TEXT;
  for (const { id, name, shown } of scripts) {
    const file = localPath(name);
    if (file === undefined) continue;
    const text = rest > 0 ? readSource(file) : undefined;
    rest -= text?.length ?? 0;
    const scopes = text === undefined ? undefined : scopesOf(text);
    if (scopes === undefined) unread.push(shown);
    else read.push({ id, scopes });
    // Analysing a large file takes a second.
    await new Promise(setImmediate);
  }
  const { leftOut } = await ask({ ask: 'sourceText', scripts: read });
  return [...unread, ...scripts.filter(({ id }) => leftOut.includes(id)).map(({ shown }) => shown)];
}

module.exports = { addSourceText };
