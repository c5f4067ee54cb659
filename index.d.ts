/**
 * heapray: what keeps memory alive in V8, exactly and fast.
 *
 * Every size is in bytes. Every number is exact up to 2^53. Every function that works on a snapshot
 * returns a promise; the work runs on libuv's thread pool and never blocks the event loop. Heavy work
 * (parsing, `report`, `diff`, `strings`) uses all cores, one job at a time in the process, in the
 * order of the calls; worker threads stand in the same line. Promises, answers and errors are of the
 * realm that loaded this module.
 *
 * @packageDocumentation
 */

/// <reference types="node" />

/** Bytes of a heap snapshot. They are copied four megabytes at a time, never as a whole. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** Bytes or text of a heap snapshot, in any split. */
export type Chunk = string | Bytes;

/**
 * Where a snapshot comes from:
 * a path (or `file:` URL); bytes in memory; a Node Readable such as `v8.getHeapSnapshot()`; a web
 * ReadableStream; any sync or async iterable of chunks. gzip, zstd and brotli are recognised by
 * content. Bytes handed over are read until the promise settles, a chunk until the next is asked for: when they are
 * changed, resized or transferred before that, the result is an error or a snapshot of what was there. When reading ends early a stream is destroyed
 * (a web stream cancelled, an iterator returned); what a stream fails with is the rejection.
 */
export type Source =
  | string
  | URL
  | Bytes
  | NodeJS.ReadableStream
  | ReadableStream<Chunk>
  | Iterable<Chunk>
  | AsyncIterable<Chunk>;

/** What long work is doing. `total` is 0 while it is not known. */
export interface Progress {
  phase: 'wait' | 'parse' | 'redact' | 'graph' | 'dominators' | 'retained' | 'classes' | 'query';
  /** Units done: bytes in `parse` and `redact`, nodes elsewhere. */
  done: number;
  total: number;
}

export interface JobOptions {
  /** Aborting rejects with `signal.reason` within 100 ms and frees what was built. */
  signal?: AbortSignal;
  /**
   * Called at most every 50 ms, at least once for a job that succeeds, never after the promise has
   * settled. What it throws stops the job and becomes its rejection.
   */
  onProgress?: (progress: Progress) => void;
}

export interface ParseOptions extends JobOptions {
  /**
   * Most bytes to accept, counted after decompression. The promise rejects with `ERR_TOO_LARGE` beyond it.
   * @default Infinity
   */
  maxBytes?: number;
  /**
   * Hides what the program put into strings, patterns and numbers before anything is analysed: the
   * snapshot in memory never holds it. Each text becomes `‹redacted HASH LENGTH›`; see {@link redact}.
   * `true` takes a random key and forgets it. Costs about as much time as parsing.
   * @default false
   */
  redact?: boolean | Pick<RedactOptions, 'key'>;
}

/** A secret of any length that decides which text becomes which hash: 16 random bytes or more. A string counts as UTF-8. */
export type RedactKey = string | ArrayBufferView;

export interface RedactOptions extends JobOptions {
  /**
   * Makes hashes of several runs comparable. Who has it can try guesses: `HASH` is the first 64 bits of
   * HMAC-SHA-256(key, text in UTF-8), in hexadecimal.
   * @default random, and forgotten
   */
  key?: RedactKey;
  /** Most bytes to accept, counted after decompression. The promise rejects with `ERR_TOO_LARGE` beyond it. @default Infinity */
  maxBytes?: number;
}

export interface Redaction {
  /** Size of the file that was written, in bytes. */
  bytes: number;
  /** What is not in it, because heapray does not know what it means: `section scopes2` … */
  skipped: string[];
}

/** Every error heapray itself makes. Bad arguments are TypeErrors with code `ERR_INVALID_ARGUMENT`. */
export class HeaprayError extends Error {
  /** Stable: see {@link ErrorCode}. */
  readonly code: ErrorCode;
  /** Section of the snapshot, `nodes`, `edges`, `strings` …, where there is one. */
  readonly section?: string;
  /** Byte offset into the (decompressed) snapshot, where there is one. */
  readonly offset?: number;
  /** What was expected there. */
  readonly expected?: string;
  /** What was found there. */
  readonly found?: string;
  /** With `ERR_NOT_ENOUGH_MEMORY`. */
  readonly preflight?: Preflight;
  /** With `ERR_COOLDOWN`: milliseconds. */
  readonly retryAfterMs?: number;
  /** File that could not be read or written, with `ERR_IO`. */
  readonly path?: string;
}

export type ErrorCode =
  /** The input is empty. */
  | 'ERR_EMPTY'
  /** Something else than a V8 heap snapshot: a CPU profile, a sampling profile, a JavaScriptCore snapshot … */
  | 'ERR_NOT_A_SNAPSHOT'
  /** The input ends too early. */
  | 'ERR_TRUNCATED'
  /** Not JSON at the offset. */
  | 'ERR_SYNTAX'
  /** `snapshot.meta` lacks a field or has the wrong type. */
  | 'ERR_HEADER'
  /** A section is missing, or there twice. */
  | 'ERR_SECTION'
  /** Counts do not agree with each other. */
  | 'ERR_COUNT'
  /** An index or a number is out of range. */
  | 'ERR_RANGE'
  /** More than this build can hold (2^28 nodes, 2^32 edges or strings), or over `maxBytes`. */
  | 'ERR_TOO_LARGE'
  /** The compressed stream is damaged. */
  | 'ERR_COMPRESSION'
  /** Memory could not be had. */
  | 'ERR_OUT_OF_MEMORY'
  /** No node has this id. */
  | 'ERR_NO_SUCH_NODE'
  /** The query is not valid: a regular expression that cannot be used, an unknown filter. */
  | 'ERR_INVALID_QUERY'
  /** The snapshot was closed. */
  | 'ERR_CLOSED'
  /** A capture would not fit into what is left; the numbers are in `preflight`. `force` captures all the same. */
  | 'ERR_NOT_ENOUGH_MEMORY'
  /** Another capture runs in this process. */
  | 'ERR_CAPTURE_RUNNING'
  /** The last capture ended less than `cooldown` ago; `retryAfterMs` says when the next may begin. */
  | 'ERR_COOLDOWN'
  /** The worker does not run, or ended before it had taken its snapshot. */
  | 'ERR_WORKER_ENDED'
  /** The file could not be read; `cause` has the system's error. */
  | 'ERR_IO'
  /** An assertion of `heapray/testing` failed: something leaks, grew or is still there. */
  | 'ERR_LEAK'
  /** An assertion had no time to find out. */
  | 'ERR_TIMEOUT'
  /** A bug in heapray: please report it. The process is not harmed. */
  | 'ERR_INTERNAL'
  /** `capture` and `redact` where heapray runs as WebAssembly, for want of an addon. */
  | 'ERR_NOT_SUPPORTED'
  /** Thrown while loading: no addon for this platform is installed. The message says what was looked for and what to do. */
  | 'ERR_ADDON_NOT_FOUND'
  /** Thrown while loading: the addon is of another version than the package. */
  | 'ERR_ADDON_VERSION'
  /** Thrown while loading: Node was started with `--no-addons`, or with `--permission` and without `--allow-addons`. */
  | 'ERR_DLOPEN_DISABLED'
  /** Thrown while loading: the system refused the addon; `cause` has its error. */
  | 'ERR_DLOPEN_FAILED';

/** V8's node types; a type this version has never heard of comes through by its own name. */
export type NodeType =
  | 'hidden' | 'array' | 'string' | 'object' | 'code' | 'closure' | 'regexp' | 'number' | 'native'
  | 'synthetic' | 'concatenated string' | 'sliced string' | 'symbol' | 'bigint' | 'object shape'
  | (string & {});

export type EdgeType =
  | 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak' | (string & {});

/**
 * A place in a script; `line` and `column` count from 1. For a function it is its own, for an object
 * its constructor's.
 */
export interface SourceLocation {
  /** Script name or URL, or `null` when the snapshot does not say. */
  script: string | null;
  scriptId: number;
  line: number;
  column: number;
}

/** One object of the heap. */
export interface NodeRow {
  /** V8's id (`@123` in DevTools); stable within one process. */
  id: number;
  type: NodeType;
  /** Name as DevTools displays it. */
  name: string;
  /** Class (constructor) as in DevTools' Summary. */
  className: string;
  /** Bytes of the object itself, as DevTools attributes them. */
  selfSize: number;
  /** Bytes freed if the object could go. */
  retainedSize: number;
  /** Retained size in percent of the whole heap, 0 to 100. */
  percent: number;
  /** retainedSize / selfSize; 0 when selfSize is 0. */
  ratio: number;
  /** Outgoing references. */
  edgeCount: number;
  /** Steps from a GC root: 1 is a root of the program; 100000000 and more only through V8's own roots; -5 unreachable. */
  distance: number;
  /** A DOM node (or Node object) known to be detached. */
  detached: boolean;
  /** Where the object's function or constructor is; `null` when not in the snapshot. */
  source: SourceLocation | null;
  /** With `edges: true`: in the order of the file, the first 10000 of them. */
  edges?: EdgeRow[];
  /** With `references`: the tree of what the object refers to. */
  references?: Tree;
  /** With `retainers`: the tree of what refers to the object. */
  retainers?: Tree;
}

export interface EdgeRow {
  type: EdgeType;
  /** Property name, variable name; the index for elements. */
  name: string | number;
  /** Id of the node at the other end. */
  to: number;
}

/** One level of a reference or retainer tree. */
export interface Tree {
  items: TreeItem[];
  /** How many more there are on this level, beyond `limit`. */
  omitted: number;
}

export interface TreeItem {
  /** Type of the reference. */
  type: EdgeType;
  name: string | number;
  /** The node at the other end: the target in `references`, the holder in `retainers`. Its own tree goes on below. */
  node: NodeRow;
  /** The node stands already above in this branch; the tree does not go on. */
  cycle?: true;
}

/** Inclusive limits; leave one out for no limit. */
export interface Range { min?: number; max?: number }

/**
 * Text to look for: a string is exact; `contains` ignores case; a RegExp uses flags `i`, `m`, `s`, `u`
 * (`g`, `y`, `d` change nothing, `v` is refused). Matching takes linear time, so that look-around and
 * back references are refused with `ERR_INVALID_QUERY`.
 */
export type TextMatch = string | RegExp | { exact: string } | { contains: string } | { regex: string; flags?: string };

export type NamedFilter =
  | 'objectsRetainedByDetachedDomNodes'
  | 'objectsRetainedByContexts'
  | 'objectsRetainedByConsole'
  | 'objectsRetainedByEventHandlers'
  | 'duplicatedStrings'
  | 'sharedNativeContext'
  | 'noNativeContext'
  | `nativeContext_${number}`;

export interface Query {
  /** One id or several. */
  id?: number | number[];
  /** The display name. */
  name?: TextMatch;
  type?: NodeType | NodeType[];
  /** The class name. */
  class?: TextMatch;
  /** `true`: has a source location; `false`: has none; otherwise the script's name. */
  script?: boolean | TextMatch;
  selfSize?: Range;
  retainedSize?: Range;
  distance?: Range;
  /** `true`: detached only; `false`: all others. */
  detached?: boolean;
  /** Some reference to the node has this name (element indices as decimal text). */
  edgeName?: TextMatch;
  /** Nodes that would go if this node went (its dominator subtree, itself left out). */
  retainedBy?: number;
  /** Nodes this node refers to directly. */
  referencedFrom?: number;
  /** Ids above `after` and up to `upTo`: DevTools' "objects allocated between". */
  allocated?: { after?: number; upTo?: number };
  /** DevTools' named filters. */
  filter?: NamedFilter;
  /**
   * Hide what belongs to Node, V8 and internals: functions and instances of `node:` and `internal/`
   * scripts, functions built into V8, hidden nodes, code, shapes, backing arrays, `system / …`,
   * `Node / …` and C++ objects, strings that only code holds. In doubt a node is shown.
   * `'auto'` hides it in heaps over 25 MB when neither `id` nor `type` asks for it.
   * @default false
   */
  mineOnly?: boolean | 'auto';
  /** @default 'retainedSize' */
  sort?: 'retainedSize' | 'selfSize' | 'ratio' | 'distance' | 'id';
  /** Ties go by position in the file; the unreachable count as farthest. @default 'descending', but 'ascending' for distance and id */
  order?: 'ascending' | 'descending';
  /** Rows per page, 0 to 100000. @default 50 */
  limit?: number;
  /** Where the page starts: `next` of the page before. @default 0 */
  offset?: number;
  /** Put the direct references into each row. @default false */
  edges?: boolean;
  /** Put the tree of references into each row: 10000 items in a row at most. @default false */
  references?: boolean | TreeOptions;
  /** The same for what refers to the node. @default false */
  retainers?: boolean | TreeOptions;
}

export interface TreeOptions {
  /** Levels, 1 to 20. @default 2 */
  depth?: number;
  /** Items on each level of a branch, 1 to 1000. @default 5 */
  limit?: number;
}

export interface FilterResult {
  /** Nodes that match, on all pages. */
  total: number;
  /** Σ self size of all matches. */
  selfSize: number;
  /** Whether `mineOnly` was in force. */
  mineOnly: boolean;
  nodes: NodeRow[];
  /** `offset` of the next page, `null` on the last. */
  next: number | null;
}

export interface Page {
  /** Rows per page, 0 to 100000. @default 50 */
  limit?: number;
  /** Where the page starts: `next` of the page before. @default 0 */
  offset?: number;
}

/** A node of the dominator tree's top; `selfSize`, the children and the rest add up to `retainedSize`. */
export interface DominatorRow extends NodeRow {
  /** Nodes it dominates immediately. */
  childCount: number;
  /** Those that are shown, largest retained size first. */
  children: DominatorRow[];
  /** Those that are not. */
  rest: { count: number; retainedSize: number };
}

export interface DominatorTreeOptions {
  /** Id of the node at the top. @default rootId */
  root?: number;
  /** Levels below it, 1 to 100. @default 3 */
  depth?: number;
  /** Children of a node, 1 to 1000. @default 20 */
  limit?: number;
  /** Least retained size as a share of the top's, 0 to 1; what is smaller is part of the rest. @default 0 */
  minShare?: number;
}

export interface ClassRow {
  /** Number of the class in this snapshot: what `columns(['class'])` holds. */
  index: number;
  name: string;
  count: number;
  /** Shortest distance of an instance. */
  distance: number;
  selfSize: number;
  /** Retained by all instances together, nothing counted twice. */
  retainedSize: number;
  percent: number;
  /** Where the constructor is. */
  source: SourceLocation | null;
}

export interface ClassPage { total: number; classes: ClassRow[]; next: number | null }

export interface ClassQuery extends Page {
  name?: TextMatch;
  filter?: NamedFilter;
  /** @default 'retainedSize' */
  sort?: 'retainedSize' | 'selfSize' | 'count' | 'distance' | 'name';
  /** @default 'descending', but 'ascending' for distance and name */
  order?: 'ascending' | 'descending';
}

export interface PathOptions {
  /** Paths, 1 to 1000. @default 5 */
  limit?: number;
}

/** Bytes per kind, as in DevTools' statistics. */
export interface Statistics {
  total: number;
  native: { total: number; typedArrays: number };
  v8heap: { total: number; code: number; jsArrays: number; strings: number; system: number };
}

/** A step of a path. The `edge` of all steps that are not `internal`, one after the other, are the path's text. */
export interface PathStep {
  /** The object that the step leads to. */
  id: number;
  className: string;
  /**
   * How the step reads in the text: `.sessions`, `[3]`, `[entry]`, ` → onChange`, ` → context.user`; what the path begins
   * with for its first step. Of an internal step the name of the reference.
   */
  edge: string;
  /** Whether the text leaves the step out: what comes before its beginning, and what code would not write. */
  internal: boolean;
}

/** A step of a retaining path. */
export interface RetainingPathStep extends PathStep {
  /** Reference that leads here from the step before; the first step has none. */
  type: EdgeType | null;
  name: string | number | null;
  nodeType: NodeType;
  nodeName: string;
  distance: number;
  retainedSize: number;
  source: SourceLocation | null;
}

export interface RetainingPath {
  /** How many of the objects asked for are held this way; 1 for a single node. */
  count: number;
  /** From the GC root down to the object; for a merged path, to the one of the `count` objects that is nearest to a root. */
  steps: RetainingPathStep[];
  /**
   * Steps missing in `steps`, when there are any: of a path of more than 10,000 the first and the last 5,000 are given; and
   * when paths of one answer have ten million steps together, of each one more only the last hundred.
   */
  omitted?: number;
  /**
   * The path as code would read it: `configBus._events.change[896] → onChange → context.user`. `→ onChange` is a function,
   * `context.user` a variable that it captured, `[entry]` a key or value of a Map or an item of a Set, `.(name)` a field of V8's own,
   * `(.next ×20)` the same step twenty times; positions are `[*]` when `count` is over 1. It begins at the last
   * module variable on the path, at a module (`require("/srv/app/index.js")`), or at the first object that is not V8's own; with `…` when `steps` has only the path's end.
   */
  text: string;
}

export interface PathResult {
  /** Objects asked for: 1, or the instances of the class. */
  total: number;
  /** Of these, how many nothing but weak references leads to. */
  unreachable: number;
  /** Ways found in all; for a single node those that were looked for. */
  patterns: number;
  /** For a class the most frequent first, for a node the shortest. Ways over the stack, handle scopes and the DevTools console come only when there is no other. */
  paths: RetainingPath[];
}

export interface StringRow {
  /** The text, at most about 1024 characters of it; `null` in reports, unless `showStrings`. */
  value: string | null;
  count: number;
  /** Self size of all copies. */
  selfSize: number;
  retainedSize: number;
  /** What one copy would have saved: selfSize − selfSize / count. */
  wasted: number;
  /** UTF-16 units; the length before V8 cut the text, where the snapshot says. */
  length: number;
  /** Up to five of the nodes. */
  ids: number[];
}

export interface StringPage { total: number; strings: StringRow[]; next: number | null }

export interface Columns {
  id: Uint32Array;
  /** Index into `meta.node_types[0]`. */
  type: Uint8Array;
  selfSize: Float64Array;
  retainedSize: Float64Array;
  distance: Int32Array;
  /** Position (not id) of the immediate dominator. */
  dominator: Uint32Array;
  /** 0 unknown, 1 attached, 2 detached. */
  detached: Uint8Array;
  edgeCount: Uint32Array;
  /** {@link ClassRow.index}. */
  class: Uint32Array;
}

export interface AllocationRow {
  functionName: string;
  source: SourceLocation | null;
  /** Objects and bytes allocated while tracking. */
  count: number;
  size: number;
  /** Of these, still alive. */
  liveCount: number;
  liveSize: number;
}

export interface TimelineSample { timestampMs: number; lastAssignedId: number; size: number }

/** A parsed, analysed heap snapshot. It lives outside the JavaScript heap. */
export interface Snapshot extends Disposable {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly stringCount: number;
  /** Σ self sizes plus what V8 counted outside the heap: DevTools' total. */
  readonly totalSize: number;
  /** Id of the root of the heap. */
  readonly rootId: number;
  /** `snapshot.meta` of the file, as V8 wrote it. */
  readonly meta: {
    node_fields: string[];
    node_types: unknown[];
    edge_fields: string[];
    edge_types: unknown[];
    [other: string]: unknown;
  };
  readonly statistics: Statistics;
  /** Bytes of native memory held. */
  readonly nativeBytes: number;
  /** Sections, fields and types this version does not know; they were skipped. */
  readonly skipped: string[];
  readonly closed: boolean;
  /** How it was taken, when it came from a live process; `null` for files, bytes and other streams. */
  readonly capture: CaptureInfo | null;

  /** The node with this id, with its direct references. O(1) after the first call, which indexes the ids. */
  node(id: number): Promise<NodeRow>;
  /** What the node refers to, largest retained size first. */
  references(id: number, page?: Page): Promise<{ total: number; items: TreeItem[]; next: number | null }>;
  /** What refers to the node (the root and weak references left out), nearest to a root first. */
  retainers(id: number, page?: Page): Promise<{ total: number; items: TreeItem[]; next: number | null }>;
  /** What the node dominates directly, largest first. */
  dominated(id: number, page?: Page): Promise<FilterResult>;
  /** From the root to the node through its dominators. */
  dominatorPath(id: number): Promise<NodeRow[]>;
  /** The top of the dominator tree, as treemaps draw it: at most 10000 rows, the largest of the whole tree first. */
  dominatorTree(options?: DominatorTreeOptions): Promise<DominatorRow>;
  /** Shortest paths to GC roots: several for one node; merged by pattern for a class. */
  retainingPaths(idOrClass: number | string, options?: PathOptions): Promise<PathResult>;
  /** DevTools' Summary. */
  classes(query?: ClassQuery): Promise<ClassPage>;
  /** The instances of a class that have a size, largest retained size first; the class by name (all classes of that name) or by {@link ClassRow.index}. */
  classInstances(nameOrIndex: string | number, page?: Pick<Query, 'sort' | 'order' | 'limit' | 'offset'>): Promise<FilterResult>;
  /** Duplicated strings, most wasted bytes first. */
  strings(page?: Page): Promise<StringPage>;
  /** Typed arrays in node order, copied out. Costs 4 to 8 bytes a node and column. */
  columns<K extends keyof Columns>(names: K[]): Promise<Pick<Columns, K>>;
  /** Functions that allocated what is alive (snapshots taken while allocations were tracked). */
  allocations(page?: Page): Promise<{ total: number; functions: AllocationRow[]; next: number | null }>;
  /** Where a node was allocated, innermost call first; empty when it was not recorded. */
  allocationStack(id: number): Promise<{ functionName: string; source: SourceLocation | null }[]>;
  /** The allocation timeline; empty for plain snapshots. */
  samples(): Promise<TimelineSample[]>;
  /** Frees the native memory at once; running calls end with `ERR_CLOSED`. Harmless when repeated. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface ReportOptions extends ParseOptions {
  /** @default 'json' */
  format?: 'json' | 'text' | 'markdown';
  /** Classes, biggest objects and strings to list, 1 to 1000. @default 10 */
  limit?: number;
  /** Show the contents of strings, which may hold secrets: `value` of duplicated strings and `name` of string nodes. @default false */
  showStrings?: boolean;
  /**
   * Size limit of text or Markdown in UTF-8 bytes, at least 1000: lists get shorter, then parts are left
   * out, the verdict last. The same for the same heap. JSON is not shortened; see `limit`.
   * @default no limit
   */
  maxBytes?: number;
}

/**
 * How sure a suspect is. High: even growth in several intervals, of objects that stay. Medium: uneven growth, growth of
 * a value that is replaced each time, or growth in one interval of what is no collection. Low: growth in one interval of
 * a collection, which may fill up to a bound; one snapshot; snapshots of different processes.
 */
export type Confidence = 'high' | 'medium' | 'low';

/**
 * What a suspect is, by what holds it. `growing…` is one object that gets larger while no objects are added, such as
 * an array of numbers; `large…` is the same in one snapshot: an object that is a tenth of the heap by itself.
 */
export type SuspectKind =
  | 'detachedDom' | 'asyncLocalStorage' | 'eventListeners' | 'eventTargetListeners' | 'timers' | 'messagePorts'
  | 'vmContexts' | 'modules' | 'promises' | 'finalizers' | 'sockets' | 'slicedStrings' | 'strings' | 'buffers'
  | 'closureChain' | 'linkedList' | 'memoize' | 'cache' | 'closures' | 'map' | 'set' | 'array' | 'dictionary' | 'objects'
  | 'growingString' | 'growingBuffer' | 'growingCollection' | 'largeString' | 'largeBuffer' | 'largeCollection';

/** Objects that leak, all held in the same way. */
export interface Suspect {
  /** The class that names the leak; of functions their name, of plain objects their properties. */
  className: string;
  kind: SuspectKind;
  /** Why it is suspected, in a sentence. */
  reason: string;
  /** What to do about it. */
  advice: string;
  /** Objects in the last snapshot. */
  count: number;
  /** Bytes they retain together in the last snapshot, nothing counted twice. */
  bytes: number;
  percent: number;
  /** By how many objects it grew in each interval; empty for one snapshot, 0 for what gets larger by itself. */
  addedCount: number[];
  /** Bytes retained in the last snapshot by what each interval added; `null` for snapshots of different processes. */
  addedBytes: number[] | null;
  /** What holds them. */
  holder: {
    id: number;
    className: string;
    name: string;
    /** Holders that are held in the same way themselves. */
    count: number;
    retainedSize: number;
    path: string;
    /** The steps of `path`. */
    steps: PathStep[];
    source: SourceLocation | null;
  };
  /** The shortest path they have in common, as code reads: `configBus._events.change[*] → onConfigChange → context.ctx`. */
  path: string;
  /** The steps of `path`, to the object nearest to a root; of a path of more than 100 the first and the last 50. */
  steps: PathStep[];
  /** Where the class, or the function, is defined. */
  source: SourceLocation | null;
  /** Functions on the path below the holder. */
  functions: { name: string; source: SourceLocation | null }[];
  /** At most five, newest first. */
  sampleIds: number[];
  /** Bytes that go when the holder lets go of them; 0 when something else holds them too: see `otherHolders`. */
  freedIfReleased: number;
  /**
   * Who else keeps them when the holder has let go, at most four, the one that keeps most first;
   * `count` says how many of the objects. Empty when nobody does.
   */
  otherHolders: { id: number; className: string; count: number; path: string; steps: PathStep[]; source: SourceLocation | null }[];
  /** Bytes that go when the holder and all of `otherHolders` let go. Less than `bytes` when somebody else holds them still. */
  freedIfAllRelease: number;
  confidence: Confidence;
  /** The same for the same leak in another process or on another day. */
  fingerprint: string;
}

/** What the code of an npm package retains. */
export interface PackageRow {
  /** `null`: the program's own code. */
  name: string | null;
  /** Instances of its classes, and its functions. */
  count: number;
  /** Of them together, nothing counted twice; what two packages retain counts for both. */
  retainedSize: number;
  percent: number;
}

/** A Map, a Set, an array or an object used as a dictionary. */
export interface CollectionRow {
  id: number;
  className: string;
  /** Elements that are objects of the heap: small numbers are not. Keys and values of Maps both count. */
  elements: number;
  /** Elements for each slot of what stores them; `null` when the file does not tell. */
  fillRatio: number | null;
  /** The most frequent three. */
  elementClasses: { name: string; count: number }[];
  selfSize: number;
  retainedSize: number;
  percent: number;
  path: string | null;
}

export interface Report {
  /** Changes when a field changes meaning; the JSON Schema is `heapray/report.schema.json`. */
  schemaVersion: 1;
  kind: 'report';
  /** Whether something leaks, in a sentence. */
  verdict: string;
  /** What leaks, surest and largest first; empty when nothing does. */
  suspects: Suspect[];
  /**
   * Collections that were empty in the first of two snapshots, by size: they leak, or what they are for was first
   * used in between and filled them. A third snapshot decides. Always empty for one snapshot and for three and more.
   */
  inconclusive: Suspect[];
  /** What grew and is nobody's leak: compiled code, feedback and the like. */
  ignoredGrowth: { name: string; reason: string }[];
  totals: { nodes: number; edges: number; strings: number; size: number };
  statistics: Statistics;
  classes: ClassRow[];
  /**
   * Objects that retain most. Of a chain of objects that retain nearly the same, the last before it
   * spreads; of a list of many links, the first. `path` is {@link RetainingPath.text} of the shortest path.
   */
  biggest: (NodeRow & { path: string | null })[];
  /** By retained size. */
  byPackage: PackageRow[];
  /** By retained size. */
  collections: CollectionRow[];
  duplicatedStrings: { total: number; wasted: number; strings: StringRow[] };
  detached: { count: number; selfSize: number; nodes: NodeRow[] };
  skipped: string[];
}

export type DiffMode = 'classes' | 'new' | 'grown' | 'freed';

export interface DiffOptions extends ParseOptions, Page {
  /** @default 'classes' */
  mode?: DiffMode;
  /**
   * The `index` of a row of mode `classes` with the same two snapshots: the objects behind its numbers alone,
   * each of them with a self size. A number that no class has is `ERR_INVALID_QUERY`. Costs a pass over both snapshots.
   */
  class?: number;
  /** Add a retaining path to each row of `new`, `grown`, `freed`. @default false */
  paths?: boolean;
  /** Show the contents of strings in text and Markdown; JSON always has them. @default false */
  showStrings?: boolean;
  /** @default 'json' */
  format?: 'json' | 'text' | 'markdown';
}

export interface ClassDiffRow {
  /** Of the class in this comparison: see `class` of the options. */
  index: number;
  name: string;
  addedCount: number;
  removedCount: number;
  countDelta: number;
  addedSize: number;
  removedSize: number;
  sizeDelta: number;
}

export interface NodeDiffRow extends NodeRow {
  /** In the first snapshot; 0 when the node is new. */
  retainedBefore: number;
  /** Now; 0 when it was freed. */
  retainedAfter: number;
  growth: number;
  /** With `paths: true`. */
  path?: string | null;
}

export interface DiffResult {
  schemaVersion: 1;
  kind: 'diff';
  mode: DiffMode;
  /** Rows on all pages. */
  total: number;
  /** Whether at least nine in ten of the ids in common name the same thing: ids of different processes say nothing about each other. */
  sameProcess: boolean;
  before: { nodes: number; size: number };
  after: { nodes: number; size: number };
  /** With mode `classes`, by size growth. */
  classes?: ClassDiffRow[];
  /** With the other modes, by growth. */
  nodes?: NodeDiffRow[];
  next: number | null;
}

/**
 * Reads and analyses a snapshot. Costs about what reading the file costs; memory stays close to the
 * file's size, and the JSON text is never held whole.
 * @throws {HeaprayError} for bad input, with code, section and offset.
 * @example
 * const snapshot = await parse('app.heapsnapshot');
 * console.log(snapshot.nodeCount, snapshot.statistics);
 * snapshot.close();
 * @example
 * const snapshot = await parse(v8.getHeapSnapshot());
 */
export function parse(source: Source, options?: ParseOptions): Promise<Snapshot>;

/**
 * Writes a snapshot with the same graph and numbers in which the program's texts are hidden: strings,
 * patterns, bigints and, where the snapshot has them, numbers become `‹redacted HASH LENGTH›`, equal texts
 * equal hashes, `LENGTH` in UTF-16 units. Names of properties, variables, classes, functions and scripts
 * stay, without the query of an address and the attributes of an element. DevTools opens the result.
 *
 * The file is compressed when its name ends in `.gz` or `.zst`, readable by its owner only, and complete
 * or not there: it is written under another name, flushed to the disk and renamed. One pass, about 50 MB
 * of memory whatever the size.
 * @example
 * await redact('app.heapsnapshot', 'shareable.heapsnapshot.zst');
 */
export function redact(source: Source, outputPath: string | URL, options?: RedactOptions): Promise<Redaction>;

/**
 * The nodes that match, one page of them.
 * @example
 * const { total, nodes } = await filter(snapshot, { class: 'Session', retainedSize: { min: 1e6 }, limit: 10 });
 */
export function filter(snapshot: Snapshot | Source, query?: Query, options?: ParseOptions): Promise<FilterResult>;

/**
 * What leaks and who holds it, totals, statistics, biggest classes and objects, packages, collections,
 * duplicated strings, detached nodes.
 *
 * Of several snapshots, oldest first, the report is about the last; what grew in every interval is
 * suspected. Two snapshots cannot tell a leak from a warm-up, three can. One shows what is large.
 * An array of chunks that make up one snapshot is one source, as everywhere.
 * @example
 * const { verdict, suspects } = await report(['before.heapsnapshot', 'after.heapsnapshot', 'third.heapsnapshot']);
 * @example
 * console.log(await report('app.heapsnapshot', { format: 'text' }));
 */
export function report(snapshot: Snapshot | Source | readonly (Snapshot | Source)[], options: ReportOptions & { format: 'text' | 'markdown' }): Promise<string>;
export function report(snapshot: Snapshot | Source | readonly (Snapshot | Source)[], options?: ReportOptions): Promise<Report>;

/**
 * What changed from `before` to `after`; the baseline is always the first argument.
 * @example
 * const { classes } = await diff('before.heapsnapshot', 'after.heapsnapshot');
 */
export function diff(before: Snapshot | Source, after: Snapshot | Source, options: DiffOptions & { format: 'text' | 'markdown' }): Promise<string>;
export function diff(before: Snapshot | Source, after: Snapshot | Source, options?: DiffOptions): Promise<DiffResult>;

/** What `capture()` looks at before it begins. Bytes. */
export interface Preflight {
  /** Whether `estimate` is within `available`. */
  fits: boolean;
  /**
   * What V8 needs, beside the graph, at its peak: by the size and kind of the heap at first (16 times the heap in
   * use; programs cost 3 to 11), by what the last capture of this thread really cost (and a quarter more) afterwards.
   */
  estimate: number;
  /** What is left by the tightest limit; `null` where none is known. */
  available: number | null;
  limitedBy: MemoryLimit['by'] | null;
  /** Of the thread captured, garbage included. */
  heapUsed: number;
  /** V8's own limit. The memory a capture needs lies outside of the heap and does not count against it. */
  heapLimit: number;
  rss: number;
  /** Tightest first. */
  limits: MemoryLimit[];
  /** The control group that leaves least, of all levels up to the mount point. */
  cgroup: { version: 1 | 2; path: string; limit: number; current: number; available: number } | null;
  /** What could not be asked, and why; under Node's permission model, files that may not be read. */
  unreadable: string[];
}

export interface MemoryLimit {
  /** A control group; RLIMIT_AS; the machine; or what libuv knows of limits of the process. */
  by: 'cgroup' | 'address space' | 'system' | 'constrained';
  limit: number;
  current: number;
  /** `limit` less `current`; files that the kernel drops on demand count as available. */
  available: number;
}

/** How a snapshot was taken. */
export interface CaptureInfo {
  /** For how long this thread stood still, in milliseconds: V8's work, and giving memory back. */
  pauseMs: number;
  /** With a worker: how long it took to answer, its own pause included. */
  workerMs: number | null;
  /** Resident memory of the process in bytes, with the analysis. */
  rss: { before: number; peak: number; after: number };
  /** `null` for `parse(v8.getHeapSnapshot())`, where V8 has begun before anybody could look. */
  preflight: Preflight | null;
  /** Where it was written. */
  file: string | null;
}

export interface CaptureOptions extends ParseOptions {
  /** Capture this thread's worker instead. It goes on when it has taken its snapshot; this thread writes it. */
  worker?: import('node:worker_threads').Worker;
  /** Capture although it may not fit. @default false */
  force?: boolean;
  /** Least milliseconds since the last capture of the process; sooner rejects with `ERR_COOLDOWN`. @default 0 */
  cooldown?: number;
  /**
   * Write the snapshot here too, compressed as the ending says: `.gz`, `.zst`. The file is whole or not there, whenever
   * the process is killed.
   */
  file?: string | URL;
  /** Resolve with `report()` of the snapshot, which is closed. @default false */
  report?: boolean | ReportOptions;
  /**
   * Drop V8's table of object ids afterwards: about 75 bytes an object, kept since the first snapshot so that
   * snapshots can be compared. Later ones cannot be compared with this one then. @default false
   */
  forgetIds?: boolean;
  /** Passed to V8. @default false */
  exposeInternals?: boolean;
  /** Passed to V8. @default false */
  exposeNumericValues?: boolean;
}

/**
 * Takes a snapshot of the running process and analyses it: no file, and the JSON is never held. V8 stops the
 * thread for `snapshot.capture.pauseMs`, about a second for half a million objects; the analysis runs beside it.
 * One at a time in a process.
 * @throws {HeaprayError} `ERR_NOT_ENOUGH_MEMORY`, `ERR_CAPTURE_RUNNING`, `ERR_COOLDOWN`, before V8 begins.
 * @example
 * using snapshot = await capture();
 * console.log(snapshot.capture.pauseMs, snapshot.capture.rss);
 * @example
 * const { verdict } = await capture({ report: true });
 */
export function capture(options: CaptureOptions & { report: ReportOptions & { format: 'text' | 'markdown' } }): Promise<string>;
export function capture(options: CaptureOptions & { report: true | (ReportOptions & { format?: 'json' }) }): Promise<Report & { capture: CaptureInfo }>;
export function capture(options?: CaptureOptions & { report?: false }): Promise<Snapshot>;

export interface WatchOptions {
  /** Called with every report. What it throws goes to `onError`. */
  onReport: (event: WatchEvent) => void | Promise<void>;
  /** Called with what went wrong, such as `ERR_NOT_ENOUGH_MEMORY`. @default a process warning */
  onError?: (error: unknown) => void;
  /** Milliseconds between two samples of heap and resident memory, above 0. @default 10000 */
  intervalMs?: number;
  /** Samples in a window, 1 to 100; the lowest of them counts. @default 6 */
  windowSamples?: number;
  /** Growth persists when this many windows in a row, 1 to 100, have risen. @default 3 */
  windows?: number;
  /** … by this many bytes in all, above 0. @default 10000000 */
  minGrowthBytes?: number;
  /** Share of a limit (of a control group, the address space or V8) at which the limit counts as near: above 0 and at most 1. @default 0.8 */
  limitShare?: number;
  /** Least milliseconds between two captures. @default 600000 */
  minIntervalMs?: number;
  /** Most captures in all, above 0. @default 24 */
  maxCaptures?: number;
  /** Snapshots to keep and compare, 1 to 100. @default 3 */
  keep?: number;
  /** Folder to keep them in, as files; without it they stay in native memory, about 100 bytes an object each. */
  dir?: string | URL;
  /** Size limit of {@link WatchEvent.json} in bytes, at least 1000. @default 16384 */
  maxBytes?: number;
  /** As in {@link CaptureOptions}. @default false */
  force?: boolean;
  /** As in {@link CaptureOptions}. @default false */
  redact?: CaptureOptions['redact'];
}

export interface WatchEvent {
  report: Report;
  /** The report within `maxBytes` bytes of UTF-8; lists are shortened, verdict and first suspect stay. */
  json: string;
  /** Of the first suspect: the same for the same leak; `null` when nothing is suspected. */
  fingerprint: string | null;
  trigger: {
    reason: 'heap growth' | 'rss growth' | 'limit' | 'asked';
    /** With `limit`: which. */
    limit?: Omit<MemoryLimit, 'by'> & { by: MemoryLimit['by'] | 'V8 heap' };
    heapUsed?: number;
    rss?: number;
  };
  /** Snapshots the report is about; fewer than kept where memory does not suffice to open all. */
  compared: number;
  capture: CaptureInfo;
  /** Snapshots on disk, oldest first. */
  files: string[];
}

export interface Watcher {
  /** Ends watching and frees what is kept in memory; files stay. */
  stop(): void;
  /** Captures whatever the samples say, joining a capture under way. Resolves when it is reported. */
  captureNow(): Promise<void>;
}

/**
 * Watches this thread's memory; captures and reports when it grows and stays grown, or nears a limit. Nothing keeps
 * the process alive, and nothing is thrown into it.
 * @example
 * const watcher = watch({ dir: '/var/tmp/heapray', onReport: ({ json, fingerprint }) => log.warn(json, fingerprint) });
 */
export function watch(options: WatchOptions): Watcher;

/** Version of heapray. */
export const version: string;
