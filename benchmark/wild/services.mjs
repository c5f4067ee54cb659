// The services, the load each gets, and what is true of it.

/**
 * @typedef {object} Service
 * @property {string} name The program in project/services, or the page in project/pages.
 * @property {'chromium'} [runsIn] Otherwise Node.js.
 * @property {number[]} requests Before each of the three snapshots; of pages clicks. 0 is a while without any.
 * @property {number | number[]} [concurrency] Requests at a time, for each interval where there are several. Default: CONCURRENCY of service.mjs.
 * @property {number[]} [pauses] Milliseconds without requests before each interval.
 * @property {[count: number, concurrency: number]} [warmUp] Requests before the first interval.
 * @property {'write' | 'signal' | 'inspector' | 'worker'} [snapshot] How snapshots are taken.
 * @property {(i: number) => object} [request] The i-th request; of a chat its messages.
 * @property {'websocket'} [client] Otherwise HTTP.
 * @property {boolean} [minified] Runs as one file made by esbuild.
 * @property {'react' | 'preact'} [jsx]
 * @property {Truth} truth
 *
 * @typedef {object} Truth What a report of the service must say. Expressions ignore case.
 * @property {string} [held] Leaks: must match the first suspect's holder or path.
 * @property {string} [what] Leaks: must match its class, path or functions.
 * @property {string} [class] Leaks: must match its class.
 * @property {boolean} [one] Leaks: enough of the heap in the end to be seen in one snapshot.
 * @property {boolean} [control] Nothing leaks: nobody is accused.
 * @property {boolean} [bounded] A control that grows while it is watched: nobody is accused with high confidence.
 */

const UNEVEN = [1000, 200, 3600];
const EVEN = [1500, 1500, 1500];
const IDLE_FIRST = [1200, 0, 2400];
const IDLE_LAST = [1200, 2400, 0];
const CONTROL = { control: true };

const get = (path) => (i) => ({ path: `${path}${i}` });
const user = (i) => `user ${i % 50}`;

const LEAKS = [
  {
    name: 'express-ledger',
    requests: UNEVEN,
    snapshot: 'signal',
    request: (i) => ({
      method: 'POST',
      path: '/orders',
      headers: { 'x-customer': user(i) },
      body: { items: [1, 2, 3].map((quantity) => ({ sku: `sku-${i}-${quantity}`, quantity })) },
    }),
    truth: { held: 'receipts', what: '.', class: '^Receipt$', one: true },
  },
  {
    name: 'fastify-reservations',
    requests: EVEN,
    request: (i) => ({ method: 'POST', path: '/reservations', body: { show: `show ${i % 9}`, seats: Array.from({ length: 10 }, (_, seat) => `${seat}${i}`) } }),
    truth: { held: 'unpaid', what: '.', class: '^Reservation$', one: true },
  },
  {
    name: 'queue-finished',
    requests: [700, 500, 900],
    pauses: [0, 600, 600],
    snapshot: 'signal',
    request: (i) => ({ path: `/picture-${i}.jpg?scale=${1 + (i % 2)}` }),
    truth: { held: 'finished', what: '.', class: '^ThumbnailTask$', one: true },
  },
  {
    name: 'worker-index',
    requests: [500, 150, 900],
    snapshot: 'worker',
    request: (i) => ({ method: 'POST', path: `/document-${i}`, body: Array.from({ length: 24 }, (_, k) => `word${(i * 7 + k * k) % 300}`).join(' ') }),
    truth: { held: 'byTerm|inverted', what: '.', class: '^Posting$', one: true },
  },
  {
    name: 'express-page-cache',
    requests: IDLE_FIRST,
    request: (i) => ({ path: `/products/${i % 40}?campaign=${i}` }),
    truth: { held: 'pages', what: 'body|page|Object|string', one: true },
  },
  {
    name: 'bus-listeners',
    requests: UNEVEN,
    snapshot: 'signal',
    request: get('/symbol-'),
    truth: { held: 'prices|_events', what: '.', class: '^QuoteRequest$', one: true },
  },
  {
    name: 'als-dead-letters',
    requests: EVEN,
    request: (i) => ({ method: 'POST', path: `/hooks/${i}`, headers: { 'x-tenant': `tenant ${i % 20}` } }),
    truth: { held: 'deadLetters', what: 'RequestContext|AsyncResource|deliver', one: true },
  },
  {
    name: 'winston-loggers',
    requests: [150, 150, 300],
    request: get('/stock/'),
    truth: { held: 'loggers', what: 'Logger', one: true },
  },
  {
    name: 'promise-race',
    requests: UNEVEN,
    snapshot: 'signal',
    request: get('/'),
    truth: { held: 'stopping|lifecycle', what: 'Promise|Invoice', one: true },
  },
  {
    name: 'session-timers',
    requests: IDLE_LAST,
    request: (i) => ({ method: 'POST', path: '/visits', body: { user: user(i) } }),
    truth: { held: 'timer|interval|timeout', what: '.', class: '^UserSession$', one: true },
  },
  {
    name: 'module-reload',
    requests: [600, 600, 600],
    request: (i) => ({ method: i % 15 === 0 ? 'PUT' : 'GET', path: `/a${i % 120}` }),
    truth: { held: 'loadCache|moduleMap|ModuleWrap|ModuleJob|import|module-reload', what: 'ModuleWrap|ModuleJob|module-reload-rules|RuleBook|PriceRule', one: true },
  },
  {
    name: 'websocket-hub',
    requests: [150, 200, 350],
    client: 'websocket',
    request: (i) => ({ path: `/room-${i % 4}`, messages: ['hello', `I am ${i}`] }),
    truth: { held: 'rooms', what: '.', class: '^Member$|^WebSocket$', one: true },
  },
  {
    name: 'suggestion-trie',
    requests: [300, 300, 600],
    request: (i) => ({ path: `/search?q=${(i * 2654435761).toString(36)}-${i}` }),
    truth: { held: 'suggestions|root|children', what: '.', class: '^TrieNode$', one: true },
  },
  {
    name: 'visit-list',
    requests: UNEVEN,
    request: get('/page?number='),
    truth: { held: 'recent|head|tail', what: '.', class: '^Visit$', one: true },
  },
  {
    name: 'comment-threads',
    requests: UNEVEN,
    request: (i) => ({ method: 'POST', path: '/comments', body: { author: user(i), number: (i * 48271) % 65537 } }),
    truth: { held: 'forum|threads|replies', what: '.', class: '^Comment$', one: true },
  },
  {
    name: 'sharded-store',
    requests: UNEVEN,
    request: (i) => ({ method: 'PUT', path: `/sensors/${i % 700}`, body: { value: i / 7 } }),
    truth: { held: 'shards', what: '.', class: '^Measurement$' },
  },
  {
    name: 'immutable-state',
    requests: EVEN,
    snapshot: 'signal',
    request: (i) => ({ path: `/${['created', 'paid', 'shipped'][i % 3]}/${i}` }),
    truth: { held: 'events|state', what: '.', class: '^DomainEvent$', one: true },
  },
  {
    name: 'sliced-tokens',
    requests: IDLE_FIRST,
    request: (i) => ({ method: 'POST', path: '/revoke', text: `${'field=value&'.repeat(150)}token=${String(i).padStart(36, 'a')}&end` }),
    truth: { held: 'revokedTokens', what: 'string', one: true },
  },
  {
    name: 'compiled-templates',
    requests: [300, 300, 600],
    request: get('/customer-'),
    truth: { held: 'compiled|engine', what: 'anonymous|Function|string|closure', one: true },
  },
  {
    name: 'few-large-reports',
    requests: [1000, 900, 1200],
    request: (i) => ({ method: 'POST', path: '/bookings', body: { room: i % 80 } }),
    truth: { held: 'archive', what: '.', class: '^MonthlyReport$', one: true },
  },
  {
    name: 'recorded-chunks',
    requests: [300, 200, 700],
    request: (i) => ({ method: 'POST', path: `/recording-${i % 20}`, text: 'recorded'.repeat(600) }),
    truth: { held: 'recordings|pieces', what: 'Buffer|Recording', one: true },
  },
  {
    name: 'chat-transcript',
    requests: EVEN,
    request: (i) => ({ method: 'POST', path: `/rooms/${i % 2 ? 'billing' : 'delivery'}`, body: { who: user(i), text: `message number ${i}, and what else there was to say` } }),
    truth: { held: 'transcript|rooms', what: 'string|SupportRoom' },
  },
  {
    name: 'unread-responses',
    requests: [100, 100, 200],
    request: get('/alive?'),
    truth: { held: 'agent|sockets|TCP|HealthCheck', what: '.', class: '^(HealthCheck|ClientRequest|IncomingMessage|Socket|TCP)$', one: true },
  },
  {
    name: 'ajv-schemas',
    requests: [200, 200, 400],
    request: (i) => ({ method: 'POST', path: `/forms/${i % 5}`, body: { name: `n${i}`, street: 's', city: 'c' } }),
    truth: { held: 'ajv|scope|cache', what: 'SchemaEnv|ValueScopeName|Ajv|validate|schemaOf', one: true },
  },
  {
    name: 'unread-stream',
    requests: EVEN,
    request: (i) => ({ path: `/page-${i}`, headers: { referer: `http://else.example/${i}`, 'x-customer': user(i) } }),
    truth: { held: 'statistics|buffer', what: '.', class: '^PageView$', one: true },
  },
  {
    name: 'performance-marks',
    requests: [600, 1200, 2400],
    request: (i) => ({ path: `/weather?place=place-${i}&days=3` }),
    truth: { held: 'mark|performance|timeline', what: 'PerformanceMark', one: true },
  },
  {
    name: 'dataloader-global',
    requests: IDLE_FIRST,
    request: get('/shipments/'),
    truth: { held: 'shipments|cacheMap', what: 'Promise|Shipment', one: true },
  },
  {
    name: 'shutdown-signal',
    requests: EVEN,
    request: (i) => ({ method: 'POST', path: `/file-${i}`, body: { text: 'x'.repeat(2000) } }),
    truth: { held: 'shutdown|signal|abort|kEvents|listener', what: '.', class: '^Upload$', one: true },
  },
  {
    name: 'latency-samples',
    requests: EVEN,
    snapshot: 'inspector',
    request: (i) => ({ path: i % 3 === 0 ? '/checkout' : '/search' }),
    truth: { held: 'samples|latenc', what: 'Array|RouteLatency' },
  },
  {
    name: 'minified-server',
    requests: [1000, 500, 3000],
    snapshot: 'inspector',
    minified: true,
    request: (i) => ({ method: 'POST', path: `/devices/d${i % 12}`, body: { celsius: 18 + (i % 9), humidity: 40 + (i % 30) } }),
    truth: { held: 'readingsByDevice', what: '.', one: true },
  },
  {
    name: 'react-subscriptions',
    runsIn: 'chromium',
    requests: [30, 20, 60],
    jsx: 'react',
    truth: { held: 'followers', what: '.' },
  },
  {
    name: 'preact-panels',
    runsIn: 'chromium',
    requests: [40, 40, 80],
    jsx: 'preact',
    truth: { held: 'closedPanels', what: 'section|visit|panel' },
  },
];

const CONTROLS = [
  {
    name: 'lru-filling',
    requests: [1500, 1500, 2000],
    request: (i) => ({ path: `/products/${i % 7 === 0 ? i % 90 : i}` }),
    truth: { ...CONTROL, bounded: true },
  },
  {
    // Sends 800 letters a second.
    name: 'backlog-drains',
    requests: [200, 1500, 250],
    pauses: [0, 0, 4500],
    snapshot: 'signal',
    request: get('/customer-'),
    truth: CONTROL,
  },
  {
    name: 'config-refresh',
    requests: UNEVEN,
    request: (i) => ({ path: `/flags/flag-${i % 2000}` }),
    truth: CONTROL,
  },
  {
    name: 'rotating-log',
    requests: [1300, 1300, 1400],
    snapshot: 'signal',
    request: get('/articles/'),
    truth: CONTROL,
  },
  {
    name: 'lazy-routes',
    requests: [400, 400, 400],
    // Three tools before the first snapshot, five and four more in the intervals.
    request: (i) => {
      const known = i < 400 ? 3 : i < 800 ? 8 : 12;
      return { path: `/tools/${['lru', 'markup', 'names', 'schema', 'log', 'wires', 'loader', 'sockets', 'drafts', 'server', 'other', 'compress'][i % known]}` };
    },
    truth: CONTROL,
  },
  {
    name: 'keepalive-ramp',
    requests: [400, 600, 900],
    concurrency: [8, 50, 120],
    request: get('/time?'),
    truth: { ...CONTROL, bounded: true },
  },
  {
    name: 'session-churn',
    requests: [800, 400, 1600],
    request: (i) => ({ method: 'POST', path: '/login', body: { user: user(i) } }),
    truth: CONTROL,
  },
  {
    name: 'immutable-window',
    requests: UNEVEN,
    snapshot: 'signal',
    request: (i) => ({ path: `/device-${i % 40}/${['on', 'off'][i % 2]}` }),
    truth: CONTROL,
  },
  {
    name: 'websocket-clean',
    requests: [150, 200, 350],
    client: 'websocket',
    request: (i) => ({ path: `/board-${i % 4}`, messages: ['a line', `a circle ${i}`] }),
    truth: CONTROL,
  },
  {
    name: 'worker-hash',
    requests: UNEVEN,
    snapshot: 'worker',
    request: get('/password-'),
    truth: CONTROL,
  },
  {
    // All connections are there from the beginning.
    name: 'slow-downstream',
    warmUp: [300, 64],
    requests: [100, 300, 600],
    concurrency: [4, 24, 60],
    request: get('/table-'),
    truth: CONTROL,
  },
  {
    name: 'react-clean',
    runsIn: 'chromium',
    requests: [30, 20, 60],
    jsx: 'react',
    truth: CONTROL,
  },
];

/** @type {Service[]} */
export const services = [...LEAKS, ...CONTROLS].map((service) => ({ snapshot: 'write', ...service }));
