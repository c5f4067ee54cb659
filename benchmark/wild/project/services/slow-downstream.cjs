'use strict';

// Reports from a database that gets slower. No leak: more requests wait at a time, and all are answered.

const http = require('node:http');

class ReportQuery {
  constructor(request) {
    this.table = request.url.slice(1);
    this.rows = [];
    this.startedAt = performance.now();
  }

  async run() {
    for (let page = 0; page < 4; page += 1) {
      await new Promise((resolve) => setTimeout(resolve, 15));
      this.rows.push({ page, total: page * 50 });
    }
    return this.rows;
  }
}

const server = http.createServer(async (request, response) => {
  const rows = await new ReportQuery(request).run();
  response.end(JSON.stringify(rows));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
