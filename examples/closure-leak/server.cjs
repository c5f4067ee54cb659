'use strict';
// A web server with the best-known leak of JavaScript closures.
//
//   node examples/closure-leak/server.cjs [FOLDER]     then: curl http://127.0.0.1:3000/leak
//
// After requests 1, 40 and 50 a heap snapshot goes to FOLDER (default: the current one).
// PORT is the port to listen on; 0 takes a free one.

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const v8 = require('node:v8');
const { createApp } = require('./app.cjs');

const folder = process.argv[2] ?? process.cwd();
const snapshotsAfter = [1, 40, 50];

let theThing = null;

// All closures made in one call share one context. `unused` mentions `originalThing`, so it is in there;
// `someMethod` needs nothing of it but holds the context, and with it the thing before, and so on.
const replaceThing = function () {
  const originalThing = theThing;
  const unused = function () {
    if (originalThing) console.log('hi');
  };
  theThing = {
    longStr: new Array(1000000),
    someMethod: function () {
      console.log('someMessage');
    },
  };
};

const app = createApp();
let requests = 0;

app.get('/leak', async (request, response) => {
  replaceThing();
  requests++;
  if (snapshotsAfter.includes(requests)) await takeSnapshot(`after-${requests}.heapsnapshot`);
  response.end(`request ${requests}\n`);
});

async function takeSnapshot(name) {
  await pipeline(v8.getHeapSnapshot(), fs.createWriteStream(path.join(folder, name)));
}

app.listen(Number(process.env.PORT ?? 3000), (port) => console.log(`http://127.0.0.1:${port}/leak`));
