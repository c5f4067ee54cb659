'use strict';

// A report → a line in the log, the whole as text, files, and what is uploaded. Memory may be gone any moment, so what helps
// most comes first.

const path = require('node:path');
const fs = require('node:fs');
const { nameNow, oldestFirst } = require('../capture/file-names.js');
const { replaceFile } = require('../cli/output.js');
const { printableJson } = require('../format/log-commands.js');
const { formatBytes } = require('../format/numbers.js');
const { formatReport } = require('../format/report.js');
const { visible } = require('../format/text.js');
const { say, sayFailure } = require('./say.js');
const { Uploads } = require('./uploads.js');

/** Of the text in a log, in bytes. */
const LOG_BYTES = 4096;
const ENDINGS = { json: '.report.json', text: '.report.txt' };
/** Files of reports to keep in a folder. */
const KEPT_FILES = 40;

class Reports {
  #isForFile;
  #folder;
  #uploads;
  #upload;
  #sent = new Set();

  /**
   * @param {import('./settings.js').Settings} settings
   * @param {string | undefined} folder
   */
  constructor({ report, upload }, folder) {
    this.#folder = folder;
    this.#isForFile = report === 'file' && folder !== undefined;
    this.#upload = upload;
    this.#uploads = upload && folder !== undefined ? new Uploads() : null;
  }

  /** @param {import('../../index.d.ts').WatchEvent} event */
  tell(event) {
    const name = nameOf(event);
    const text = formatReport(event.report, { title: name, maxBytes: this.#isForFile ? undefined : LOG_BYTES });
    say(lineOf(event));
    if (!this.#isForFile) say(text);
    if (this.#folder === undefined) return;
    const json = this.#write(`${name}${ENDINGS.json}`, printableJson(event.report));
    if (this.#isForFile) this.#write(`${name}${ENDINGS.text}`, text);
    this.#sweep();
    this.#uploads?.add({ report: json, snapshots: this.#unsent(event.files), fingerprint: event.fingerprint });
  }

  /** Newest first. */
  #unsent(files) {
    const candidates = this.#upload === 'all' ? [...files].reverse() : files.slice(-1);
    const unsent = candidates.filter((file) => !this.#sent.has(file));
    for (const file of unsent) this.#sent.add(file);
    return unsent;
  }

  #write(name, text) {
    const file = path.join(this.#folder, name);
    try {
      replaceFile(file, text, 0o600);
      return file;
    } catch (error) {
      sayFailure(`cannot write ${file}: ${error.message}`);
      return null;
    }
  }

  /** Services that are restarted again and again leave files. */
  #sweep() {
    const written = oldestFirst(fs.readdirSync(this.#folder), Object.values(ENDINGS));
    for (const { name } of written.slice(0, Math.max(0, written.length - KEPT_FILES))) fs.rmSync(path.join(this.#folder, name), { force: true });
  }
}

/** As the snapshot's, whose ending is left out. */
function nameOf({ capture }) {
  if (capture?.file) return path.basename(capture.file).replace(/\..*$/, '');
  return nameNow();
}

/** One line for alerts: verdict, fingerprint, and what else decides whether to get up. */
function lineOf({ report, fingerprint, trigger, capture, refused }) {
  const { heapUsed, rss, limit } = trigger;
  const facts = [
    ...(fingerprint === null ? [] : [`fingerprint ${fingerprint}`]),
    trigger.reason,
    ...(limit ? [`${limit.by} ${formatBytes(limit.current)} of ${formatBytes(limit.limit)}`] : []),
    ...(heapUsed ? [`heap ${formatBytes(heapUsed)}`] : []),
    ...(rss ? [`resident ${formatBytes(rss)}`] : []),
    ...(capture?.file ? [capture.file] : []),
    ...(refused ? [`no new snapshot: ${refused.code}`] : []),
  ];
  return `heapray: ${visible(report.verdict)} (${facts.map(visible).join(', ')})`;
}

module.exports = { Reports };
