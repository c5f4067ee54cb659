'use strict';

// Product pages on Express, cached by URL. LEAK: the URL has a campaign number, so no page is ever found again.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

const catalogue = new Map(Array.from({ length: 2000 }, (_, id) => [id, { id, title: `Product ${id}`, sizes: [36 + (id % 5), 41, 42] }]));
const pages = new Map();

function cached(render) {
  return async (request, response) => {
    const key = request.originalUrl;
    let page = pages.get(key);
    if (page === undefined) {
      page = { body: await render(request), headers: { 'content-type': 'text/html', etag: `"${pages.size}"` }, hits: 0 };
      pages.set(key, page);
    }
    page.hits += 1;
    response.set(page.headers).send(page.body);
  };
}

async function product(request) {
  await sleep(4);
  const { id, title, sizes } = catalogue.get(Number(request.params.id));
  const rows = sizes.flatMap((size) => ['black', 'white', 'red'].map((colour) => `<tr><td>${id}</td><td>${colour}, size ${size}</td></tr>`));
  return `<!doctype html><title>${title}</title><table>${rows.join('')}</table>`;
}

const app = express();
app.disable('x-powered-by');
app.use((request, response, next) => {
  response.on('finish', () => (app.locals.served = (app.locals.served ?? 0) + 1));
  next();
});
app.get('/products/:id', cached(product));

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
