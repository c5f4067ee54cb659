// npm run test:recipes: the recipes of docs/production.md, with the packages themselves, in a program that leaks. What they send
// arrives at a sink on loopback.
//
//   node scripts/recipes.mjs [NAME…]
//
// The packages are installed into .cache/recipes: they are too large for the tests.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recipesProject } from './recipes-project.mjs';
import { root } from './setup.mjs';

const folder = recipesProject();
const program = path.join(folder, 'leaking.mjs');
copyFileSync(fileURLToPath(new URL('recipes/leaking.mjs', import.meta.url)), program);

const FINGERPRINT = /^[0-9a-f]{16}$/;

/** Variables of the environment, what else is preloaded, and whether what has come so far names the leak. */
const RECIPES = {
  'heapray-sentry.mjs': {
    env: (url) => ({ SENTRY_DSN: `http://key@${url.host}/1` }),
    check({ received }) {
      const events = received.flatMap(({ body }) => itemsOf(body)).filter(({ level }) => level === 'warning');
      const event = events.find(({ message }) => namesLeak(message));
      if (!event) return false;
      assert.deepEqual([event.fingerprint[0], FINGERPRINT.test(event.fingerprint[1])], ['heapray', true]);
      return received.some(({ body }) => body.includes('"filename":"report.json"'));
    },
  },
  'heapray-opentelemetry.mjs': {
    preload: ['./opentelemetry.mjs'],
    env: (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url.origin, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRIC_EXPORT_INTERVAL: '500', OTEL_METRIC_EXPORT_TIMEOUT: '400', OTEL_BSP_SCHEDULE_DELAY: '200' }),
    check({ received }) {
      const metrics = received.filter(({ path: where }) => where === '/v1/metrics').flatMap(({ body }) => JSON.parse(body).resourceMetrics).flatMap(({ scopeMetrics }) => scopeMetrics).flatMap(({ metrics: some }) => some);
      const gauge = metrics.findLast(({ name }) => name === 'heapray.suspect.retained');
      const labels = (gauge?.gauge.dataPoints ?? []).map(({ attributes }) => Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])));
      const spans = received.filter(({ path: where }) => where === '/v1/traces').map(({ body }) => body);
      return labels.some((each) => each['heapray.class'] === 'Session' && FINGERPRINT.test(each['heapray.fingerprint'])) && spans.some((body) => namesLeak(body) && body.includes('heapray.report'));
    },
  },
  'heapray-prometheus.mjs': {
    async check({ metrics }) {
      const text = await metrics();
      return /^heapray_suspect_retained_bytes\{fingerprint="[0-9a-f]{16}",class="Session",holder="[^"]+"\} \d{6,}$/m.test(text) && /^heapray_reports_total\{outcome="\w+"\} [1-9]/m.test(text);
    },
  },
  'heapray-pino.mjs': {
    check({ lines }) {
      const entry = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).find(({ msg }) => namesLeak(msg));
      if (!entry) return false;
      assert.match(entry.fingerprint, FINGERPRINT);
      assert.equal(entry.suspects[0].className, 'Session');
      return true;
    },
  },
};

const namesLeak = (text) => /Session (?:may leak|leaks)/.test(text ?? '');

/** Of an envelope: a line of JSON for each header and each item. */
function itemsOf(body) {
  return body.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

let failures = 0;
const wanted = process.argv.slice(2);
const recipes = recipesIn(readFileSync(path.join(root, 'docs', 'production.md'), 'utf8'));
assert.deepEqual([...recipes.keys()].sort(), Object.keys(RECIPES).sort());
for (const [name, code] of recipes) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const problem = await problemOf(name, code);
  console.log(problem === null ? `passed: ${name}` : `FAILED: ${name}: ${problem}`);
  if (problem !== null) failures += 1;
}
process.exit(failures === 0 ? 0 : 1);

/** Blocks of code that begin with the name of a module. */
function recipesIn(text) {
  return new Map([...text.matchAll(/^```js\n\/\/ ([\w-]+\.mjs)\n(.*?)^```$/gms)].map(([, name, code]) => [name, code]));
}

async function problemOf(name, code) {
  const { preload = [], env = () => ({}), check } = RECIPES[name];
  writeFileSync(path.join(folder, name), code);
  for (const file of preload) copyFileSync(fileURLToPath(new URL(`recipes/${file}`, import.meta.url)), path.join(folder, file));
  const sink = await openSink();
  const imports = [...preload, `./${name}`].flatMap((file) => ['--import', file]);
  const child = spawn(process.execPath, ['--max-old-space-size=120', '--max-semi-space-size=16', ...imports, program], { cwd: folder, env: { ...process.env, ...env(sink.url) } });
  const seen = { received: sink.received, lines: [], metrics: () => metricsOf(seen.lines) };
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => seen.lines.push(...text.split('\n')));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  try {
    for (const end = performance.now() + 120_000; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
      if (await check(seen)) return null;
      if (child.exitCode !== null || child.signalCode !== null) return `it ended: ${errors}`;
    }
    return `nothing has come: ${errors}`;
  } finally {
    child.kill('SIGKILL');
    sink.close();
  }
}

async function metricsOf(lines) {
  const port = lines.find((line) => /^\d+$/.test(line));
  if (port === undefined) return '';
  // A connection may be closed while V8 writes a snapshot.
  return fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then((response) => response.text(), () => '');
}

async function openSink() {
  const received = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ path: request.url.split('?')[0], body: await textOf(Buffer.concat(chunks), request.headers['content-encoding']) });
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: new URL(`http://127.0.0.1:${server.address().port}`), received, close: () => server.closeAllConnections() ?? server.close() };
}

async function textOf(bytes, encoding) {
  if (encoding !== 'gzip') return bytes.toString();
  const { gunzipSync } = await import('node:zlib');
  return gunzipSync(bytes).toString();
}
