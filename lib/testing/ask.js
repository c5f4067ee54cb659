'use strict';

const { Snapshot } = require('../api/snapshot.js');

/** Asks a question about snapshots, oldest first, including questions that are not part of the API. */
const ask = (snapshots, question) => Snapshot.run(snapshots, {}, (job) => Snapshot.ask(job, snapshots, question));

module.exports = { ask };
