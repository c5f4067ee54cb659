'use strict';

// Letters from templates. LEAK: templates are compiled and kept by their text, into which the name has been put before.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

class TemplateEngine {
  #compiled = new Map();

  render(text, values) {
    if (!this.#compiled.has(text)) this.#compiled.set(text, this.#compile(text));
    return this.#compiled.get(text)(values);
  }

  #compile(text) {
    const body = text.replace(/\{\{(\w+)\}\}/g, (_, name) => `\${values.${name}}`);
    return new Function('values', `return \`${body}\`;`);
  }
}

const engine = new TemplateEngine();
const letter = (name) => `Dear ${name},\nyour order of {{count}} articles is on its way and arrives on {{day}}.\n`.repeat(4);

const server = http.createServer(async (request, response) => {
  await sleep(3);
  response.end(engine.render(letter(request.url.slice(1)), { count: 3, day: 'Monday' }));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
