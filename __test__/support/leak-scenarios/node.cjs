'use strict';

/** Resources of Node that a program must release. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const net = require('node:net');
const vm = require('node:vm');
const { MessageChannel } = require('node:worker_threads');

const channels = [];

const sandboxes = [];

class Held { constructor(i) { this.body = `held ${i}`; } }
class Resource { constructor(i) { this.i = i; } }
const registry = new FinalizationRegistry(() => {});
const resources = [];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scenario-'));
const file = path.join(folder, 'settings.js');
fs.writeFileSync(file, 'exports.settings = { retries: 3 };');
function reload() {
  delete require.cache[file];
  require(file);
}

const sockets = [];

exports.units = [
  () => channels.push(new MessageChannel()),
  (i) => sandboxes.push(vm.createContext({ i })),
  (i) => { const resource = new Resource(i); resources.push(resource); registry.register(resource, new Held(i)); },
  reload,
  () => sockets.push(new net.Socket()),
];
exports.close = () => fs.rmSync(folder, { recursive: true });
