'use strict';

const { Snapshot } = require('../api/snapshot.js');

/** Asks a question about snapshots, oldest first, also one that the API does not have. */
const ask = (snapshots, question) => Snapshot.run(snapshots, {}, (job) => Snapshot.ask(job, snapshots, question));

module.exports = { ask };
