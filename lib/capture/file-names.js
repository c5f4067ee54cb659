'use strict';

// Names of the files that watched processes write: `heapray-PID-TIME` and an ending.

const BEGINNING = 'heapray-';
const NAME = /^heapray-(\d+)-([\dTZ-]+)(\..+)$/;

/** A time as a part of a file's name. @param {number} [ms] milliseconds since 1970, by default now */
const timeStamp = (ms = Date.now()) => new Date(ms).toISOString().replace(/[:.]/g, '-');

/** Of a file of this process, without its ending. */
const nameNow = () => `${BEGINNING}${process.pid}-${timeStamp()}`;

/** @returns {{ pid: number, time: string, ending: string } | undefined} `undefined` for other files */
function readName(name) {
  const [, pid, time, ending] = NAME.exec(name) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), time, ending };
}

/** Those of any process with one of these endings, oldest first. @param {string[]} names @param {string[]} endings */
function oldestFirst(names, endings) {
  const read = names.flatMap((name) => {
    const parts = readName(name);
    return parts && endings.includes(parts.ending) ? [{ name, ...parts }] : [];
  });
  return read.sort((a, b) => a.time.localeCompare(b.time) || a.ending.localeCompare(b.ending));
}

module.exports = { BEGINNING, nameNow, oldestFirst, timeStamp };
