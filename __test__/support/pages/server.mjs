// The web server of the pages, with sockets: `url` is one site, and `localhost` at the same port another.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { WebSocketServer } = createRequire(import.meta.url)('ws');

const HTML = '<!doctype html><title>page</title><button id="go" onclick="clicked()">go</button><div id="root"></div>';

const CLICKED = 'async function clicked() { await go(); }';

const FILES = {
  '/data.json': ['application/json', '{ "rows": [1, 2, 3], "next": { "page": 2 } }'],
  '/echo-worker.js': ['text/javascript', 'onmessage = ({ data }) => postMessage(data);'],
  '/silent-worker.js': ['text/javascript', 'onmessage = () => {};'],
  '/keeping-worker.js': ['text/javascript', 'class ParsedRow { cells = [1, 2, 3] }\nconst parsed = [];\nonmessage = ({ data }) => { parsed.push(new ParsedRow()); postMessage(data); };'],
  '/echo-frame.html': ['text/html', '<!doctype html><script>onmessage = () => parent.postMessage("seen", "*");</script>'],
  '/keeping-frame.html': ['text/html', '<!doctype html><script>class Visit { at = { x: 1 } }\nconst visits = [];\nonmessage = () => { visits.push(new Visit()); parent.postMessage("seen", "*"); };</script>'],
};

/**
 * @param {Record<string, string>} scripts by name, of the page `/NAME/`
 * @param {Record<string, [type: string, body: string]>} [files] others
 */
export async function servePages(scripts, files = {}) {
  const all = { ...FILES, ...files };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://page.test');
    const [, name, file] = decodeURIComponent(pathname).split('/');
    const answer = (type, body) => response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
    if (Object.hasOwn(all, pathname)) answer(...all[pathname]);
    else if (!Object.hasOwn(scripts, name)) response.writeHead(404).end();
    else if (file === 'app.js') answer('text/javascript', scripts[name]);
    else answer('text/html', `${HTML}<script>${CLICKED}</script><script src="app.js"></script>`);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    for (let i = 0; i < 3; i += 1) socket.send(`price ${i}`);
    socket.on('message', () => socket.send('more'));
  });
  server.listen(0);
  await once(server, 'listening');
  return {
    url: (name) => `http://127.0.0.1:${server.address().port}/${encodeURIComponent(name)}/`,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
