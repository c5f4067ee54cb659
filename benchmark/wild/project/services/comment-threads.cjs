'use strict';

// A forum on Express. LEAK: threads are never moved to the archive, so the trees of comments only grow.

const express = require('express');
const { setTimeout: sleep } = require('node:timers/promises');

class Comment {
  constructor(id, author, parent) {
    this.id = id;
    this.author = author;
    this.parent = parent;
    this.replies = [];
    this.text = `${author} answers ${parent?.author ?? 'nobody'} in comment ${id}`;
  }
}

const forum = { threads: Array.from({ length: 5 }, (_, i) => new Comment(`t${i}`, 'editor', null)), count: 0 };

/** Goes down the tree as the number says. */
function find(comment, number) {
  if (comment.replies.length === 0 || number % 3 === 0) return comment;
  return find(comment.replies[number % comment.replies.length], Math.floor(number / 3));
}

const app = express();
app.use(express.json());
app.post('/comments', async (request, response) => {
  const { author, number } = request.body;
  await sleep(3);
  const parent = find(forum.threads[number % 5], Math.floor(number / 5));
  parent.replies.push(new Comment(`c${(forum.count += 1)}`, author, parent));
  response.status(201).json({ count: forum.count });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
