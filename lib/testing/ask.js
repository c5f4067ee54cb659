'use strict';

const { Snapshot } = require('../api/snapshot.js');

/** Asks a question about snapshots, oldest first, including questions that are not part of the API. */
const ask = (snapshots, question) => Snapshot.run(snapshots, {}, (job) => Snapshot.ask(job, snapshots, question));

/** The same, with places and names of the original source. */
const askMapped = (snapshots, question, sourceMaps) => Snapshot.run(snapshots, {}, (job) => Snapshot.askMapped(job, snapshots, question, sourceMaps));

module.exports = { ask, askMapped };
