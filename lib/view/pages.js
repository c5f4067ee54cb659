'use strict';

// The pages made of the built viewer: the one that `heapray view` serves, and the report in one file.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { jsonInMarkup } = require('./markup.js');

const BUILT = path.join(__dirname, '..', '..', 'viewer', 'dist');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
};

const START = /(<script type="application\/json" id="start">)[^<]*(<\/script>)/;

/** A file of the built viewer as text. */
function readBuilt(name) {
  try {
    return fs.readFileSync(path.join(BUILT, name), 'utf8');
  } catch (error) {
    throw new Error(`the viewer is not built: run 'npm run build:viewer' (${error.message})`, { cause: error });
  }
}

/** The page with its start data: an engine and the engine's data. */
function pageFor(start, page = readBuilt('index.html')) {
  return page.replace(START, (_, open, close) => open + jsonInMarkup(start) + close);
}

/** A self-contained page: it opens from disk, and its policy allows only its own script. */
function wholePage(start, title) {
  const script = readBuilt('app.js');
  const style = readBuilt('app.css');
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  // Functions, because `$&` in a replacement would be read as a pattern.
  const page = readBuilt('index.html')
    .replace(/(http-equiv="Content-Security-Policy"\s+content=")[^"]*"/, (_, open) => `${open}${policy}"`)
    .replace('<link rel="stylesheet" href="app.css" />', () => `<style>${style}</style>`)
    .replace('<script src="app.js"></script>', () => `<script>${script}</script>`)
    .replace(/<title>[^<]*<\/title>/, () => `<title>${textInMarkup(title)}</title>`);
  // The long part last: each replacement is a copy.
  return pageFor(start, page);
}

function hashOf(text) {
  return `sha256-${crypto.createHash('sha256').update(text).digest('base64')}`;
}

function textInMarkup(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * All files served beside the page, by name: a fixed list, so that requests cannot contain paths.
 * @returns {Map<string, { file: string, type: string }>}
 */
function builtFiles() {
  const names = fs.readdirSync(BUILT, { recursive: true }).map(String);
  const known = names.filter((name) => name !== 'index.html' && path.extname(name) in TYPES);
  return new Map(known.map((name) => [name.split(path.sep).join('/'), { file: path.join(BUILT, name), type: TYPES[path.extname(name)] }]));
}

module.exports = { builtFiles, pageFor, wholePage, TYPES };
