'use strict';

// Makes a folder with those above it. The recursive `mkdir` of Node.js never returns where a folder that exists takes no
// others and says ENOENT, as /proc does.

const fs = require('node:fs');
const path = require('node:path');

/**
 * @param {string} folder
 * @param {number} [mode] Of folders that are made.
 */
function makeFolder(folder, mode) {
  make(path.resolve(folder), mode);
}

function make(folder, mode) {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (!fs.existsSync(parent)) make(parent, mode);
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (error.code !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

const isFolder = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

module.exports = { makeFolder };
