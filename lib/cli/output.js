'use strict';

/** Writes the finished answer to standard output or a file, completely or not at all. */

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { makeFolder: makeFolders } = require('../api/folder.js');
const { printableJson } = require('../format/log-commands.js');
const { OutputError, UsageError } = require('./errors.js');

/** The API's JSON: indented for people, on one line for programs. */
function jsonText(value, { pretty }) {
  return `${printableJson(value, pretty ? 2 : 0)}\n`;
}

/**
 * Resolves after the text is written. A closed pipe (`| head -1`) is no error.
 */
function writeStdout(text) {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined || isBrokenPipe(error)) resolve();
      else reject(new OutputError(`standard output could not be written: ${error.message}`));
    });
  });
}

function isBrokenPipe(error) {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

/** Checks before the work that the output can be written. */
function checkOutput(file, inputs) {
  if (file === undefined) return;
  const folder = path.dirname(path.resolve(file));
  if (!isFolder(folder)) throw new UsageError(`cannot write '${file}': folder '${folder}' does not exist`);
  const existing = statOf(file);
  if (existing?.isDirectory()) throw new UsageError(`cannot write '${file}': it is a folder`);
  if (existing !== undefined && inputs.some((input) => isSameFile(statOf(input), existing))) {
    throw new UsageError(`cannot write '${file}': it is an input, and would be overwritten`);
  }
}

/** Makes the folder for snapshots that are kept. */
function makeFolder(folder) {
  if (folder === undefined) return;
  try {
    makeFolders(folder);
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    throw new UsageError(`cannot write into '${folder}': ${error.message}`);
  }
}

function isFolder(file) {
  return statOf(file)?.isDirectory() ?? false;
}

function statOf(file) {
  return fs.statSync(file, { throwIfNoEntry: false });
}

function isSameFile(a, b) {
  return a !== undefined && a.isFile() && a.dev === b.dev && a.ino === b.ino;
}

/**
 * Writes a temporary file and renames it, so that readers see either the old or the new answer.
 * Devices and pipes (`/dev/stdout`) are written directly, since renaming would replace them.
 */
function writeFile(file, text) {
  try {
    const existing = statOf(file);
    if (existing !== undefined && !existing.isFile()) fs.writeFileSync(file, text);
    else replaceFile(existing === undefined ? path.resolve(file) : fs.realpathSync(file), text, existing?.mode);
  } catch (error) {
    throw new OutputError(`'${file}' could not be written: ${error.message}`);
  }
}

function replaceFile(target, text, mode = 0o666) {
  const temporary = `${target}.${process.pid}.${crypto.randomBytes(4).toString('hex')}.tmp`;
  const descriptor = fs.openSync(temporary, 'wx', mode & 0o777);
  try {
    try {
      fs.writeFileSync(descriptor, text);
      flush(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Node's permission model forbids it, where writing is allowed too. */
function flush(descriptor) {
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (error.code !== 'ERR_ACCESS_DENIED') throw error;
  }
}

module.exports = { jsonText, writeStdout, isBrokenPipe, checkOutput, makeFolder, replaceFile, statOf, writeFile };
