'use strict';

// Suggestions on Fastify. LEAK: whatever anybody types goes into the trie, and nothing is taken out.

const fastify = require('fastify');

class TrieNode {
  children = new Map();
  searches = 0;
}

const suggestions = { root: new TrieNode() };
for (let article = 0; article < 4000; article += 1) remember(`article ${article % 61} no. ${article}`);

function remember(text) {
  let node = suggestions.root;
  for (const letter of text) {
    let next = node.children.get(letter);
    if (next === undefined) node.children.set(letter, (next = new TrieNode()));
    node = next;
  }
  node.searches += 1;
  return node.searches;
}

const app = fastify();
app.get('/search', async (request) => {
  const searches = remember(request.query.q);
  await new Promise((resolve) => setTimeout(resolve, 4));
  return { searches, hits: [] };
});

app.listen({ port: 0, host: '127.0.0.1' }).then(() => process.send({ port: app.server.address().port }));
