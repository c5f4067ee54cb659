'use strict';

// The folder for snapshots and reports, or none where nothing can be written.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { makeFolder } = require('../api/folder.js');
const { checkMayWrite } = require('../api/permission.js');
const { sayFailure } = require('./say.js');

/**
 * `HEAPRAY_DIR`, and the user's own folder for temporary files where files are needed and no other can be written.
 * @param {import('./settings.js').Settings} settings
 */
function chooseFolder({ dir, report, upload }) {
  const needsFiles = upload || report === 'file';
  const choices = [...(dir === undefined ? [] : [dir]), ...(needsFiles ? [temporaryFolder()] : [])];
  for (const folder of choices) {
    try {
      makeWritable(folder, { isShared: folder !== dir });
      return folder;
    } catch (error) {
      sayFailure(`cannot write to ${folder}: ${error.message}; ${consequence(folder, choices)}`);
    }
  }
  return undefined;
}

function consequence(folder, choices) {
  const next = choices[choices.indexOf(folder) + 1];
  return next === undefined ? 'snapshots stay in memory, nothing is uploaded, and reports go to stderr' : `using ${next}`;
}

/** Snapshots must not be put where another user can read or replace them. */
const temporaryFolder = () => path.join(os.tmpdir(), `heapray-${process.getuid?.() ?? os.userInfo().username}`);

function makeWritable(folder, { isShared }) {
  checkMayWrite(folder);
  makeFolder(folder, isShared ? 0o700 : 0o777);
  if (isShared) checkIsOwn(fs.lstatSync(folder));
  fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
}

function checkIsOwn(stat) {
  if (process.getuid === undefined) return;
  if (!stat.isDirectory() || stat.uid !== process.getuid() || (stat.mode & 0o077) !== 0) throw new Error('it is not a folder of this user alone');
}

module.exports = { chooseFolder };
