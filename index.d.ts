/**
 * heapray: finds out what keeps memory alive in V8.
 *
 * Every size is in bytes. Every number is exact up to 2^53. Every function that works on a snapshot
 * returns a promise; the work runs on libuv's thread pool and never blocks the event loop. Heavy work
 * (parsing, `report`, `diff`, `strings`) uses all cores, one job at a time in the process, in the
 * order of the calls, including those of worker threads. Promises, answers and errors belong to the
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
 * content. What is not UTF-8 becomes U+FFFD, as in DevTools. Bytes are read until the promise settles, a chunk until the next is requested: if they are changed,
 * resized or transferred before that, the result is an error or a snapshot of what was there. If reading ends early,
 * a stream is destroyed (a web stream cancelled, an iterator returned). An error of a stream is the rejection.
 */
export type Source =
  | string
  | URL
  | Bytes
  | NodeJS.ReadableStream
  | ReadableStream<Chunk>
  | Iterable<Chunk>
  | AsyncIterable<Chunk>;

/** Progress of a job. `total` is 0 while unknown. */
export interface Progress {
  /** `capture`: V8 describes the heap of another process. */
  phase: 'wait' | 'capture' | 'parse' | 'redact' | 'graph' | 'dominators' | 'retained' | 'classes' | 'query';
  /** Units done: bytes in `parse` and `redact`, nodes elsewhere. */
  done: number;
  total: number;
}

export interface JobOptions {
  /** Aborting rejects with `signal.reason` within 100 ms and frees what was built. */
  signal?: AbortSignal;
  /**
   * Called at most every 50 ms, at least once for a job that succeeds, never after the promise has
   * settled. If it throws, or returns a promise that rejects while the job runs, the job stops and rejects with that error.
   */
  onProgress?: (progress: Progress) => void | Promise<void>;
}

export interface ParseOptions extends JobOptions {
  /**
   * Size limit of the input in bytes, after decompression. Beyond it the promise rejects with `ERR_TOO_LARGE`.
   * @default Infinity
   */
  maxBytes?: number;
  /**
   * Hides the contents of strings, regular expressions and numbers before the analysis: they are never in memory.
   * Each text becomes `‹redacted HASH LENGTH›`; see {@link redact}.
   * `true` uses a random key and forgets it. Costs about as much time as parsing.
   * @default false
   */
  redact?: boolean | Pick<RedactOptions, 'key'>;
}

/** The secret that determines the hashes: use 16 random bytes or more. A string counts as UTF-8. */
export type RedactKey = string | ArrayBufferView;

export interface RedactOptions extends JobOptions {
  /**
   * Makes hashes of several runs comparable. Whoever has it can test guesses: `HASH` is the first 64 bits of
   * HMAC-SHA-256(key, text in UTF-8), in hexadecimal.
   * @default random, and forgotten
   */
  key?: RedactKey;
  /** Size limit of the input in bytes, after decompression. Beyond it the promise rejects with `ERR_TOO_LARGE`. @default Infinity */
  maxBytes?: number;
}

export interface Redaction {
  /** Size of the file that was written, in bytes. */
  bytes: number;
  /** Parts that were left out because heapray does not know them: `section scopes2` … */
  skipped: string[];
  /** Numbers of different texts that were hidden, and of names that were not. */
  names: RedactedNames;
}

export interface RedactedNames {
  /** Contents of strings, regular expressions, numbers. */
  hiddenTexts: number;
  /** Names of properties that are data. */
  hiddenKeys: number;
  /** Names of properties, variables and fields of V8's own that stay. */
  properties: number;
  /** Names of classes, functions and objects of V8 and Node.js that stay, elements without their attributes. */
  functions: number;
  /** Names of scripts: a path or an address without its query stays. */
  scripts: number;
}

/** Every error of heapray, except TypeErrors with code `ERR_INVALID_ARGUMENT` for bad arguments. */
export class HeaprayError extends Error {
  /** Stable: see {@link ErrorCode}. */
  readonly code: ErrorCode;
  /** Section of the snapshot (`nodes`, `edges`, `strings` …), if known. */
  readonly section?: string;
  /** Byte offset into the (decompressed) snapshot, if known. */
  readonly offset?: number;
  /** What was expected there. */
  readonly expected?: string;
  /** What was found there. */
  readonly found?: string;
  /** With `ERR_NOT_ENOUGH_MEMORY`. */
  readonly preflight?: Preflight;
  /** With `ERR_COOLDOWN`: milliseconds until the next capture may begin. */
  readonly retryAfterMs?: number;
  /** File that could not be read or written, with `ERR_IO`; the damaged one, with `ERR_BASELINE`. */
  readonly path?: string;
}

export type ErrorCode =
  /** The input is empty. */
  | 'ERR_EMPTY'
  /** Not a V8 heap snapshot: a CPU profile, a sampling profile, a JavaScriptCore snapshot, an archive, any other file. */
  | 'ERR_NOT_A_SNAPSHOT'
  /** The input ends too early. */
  | 'ERR_TRUNCATED'
  /** Not JSON at the offset. */
  | 'ERR_SYNTAX'
  /** `snapshot.meta` lacks a field or has the wrong type. */
  | 'ERR_HEADER'
  /** A section is missing or duplicated. */
  | 'ERR_SECTION'
  /** Counts contradict each other. */
  | 'ERR_COUNT'
  /** An index or a number is out of range. */
  | 'ERR_RANGE'
  /** More than this build can hold (2^28 nodes, 2^32 edges or strings), or over `maxBytes`. */
  | 'ERR_TOO_LARGE'
  /** The compressed stream is damaged. */
  | 'ERR_COMPRESSION'
  /** The file of known leaks is damaged. */
  | 'ERR_BASELINE'
  /** Memory could not be allocated. */
  | 'ERR_OUT_OF_MEMORY'
  /** No node has this id. */
  | 'ERR_NO_SUCH_NODE'
  /** The query is invalid: an unsupported regular expression, an unknown filter. */
  | 'ERR_INVALID_QUERY'
  /** The snapshot was closed. */
  | 'ERR_CLOSED'
  /** A capture needs more memory than is left; the numbers are in `preflight`. `force` captures anyway. */
  | 'ERR_NOT_ENOUGH_MEMORY'
  /** Another capture is running in this process. */
  | 'ERR_CAPTURE_RUNNING'
  /** The last capture ended less than `cooldown` ago; see `retryAfterMs`. */
  | 'ERR_COOLDOWN'
  /** The worker is not running, or exited before it had taken its snapshot. */
  | 'ERR_WORKER_ENDED'
  /** The file could not be read or written; `cause` has the error of the system or of Node's permission model. */
  | 'ERR_IO'
  /** Nothing can be attached to there, or there are several programs: the message says which, and what to do. */
  | 'ERR_NO_TARGET'
  /** The target is on another machine, and `allowRemote` was not given. */
  | 'ERR_REMOTE_ADDRESS'
  /** The process, worker or page that was attached to ended, or closed the connection. */
  | 'ERR_TARGET_ENDED'
  /** The target's inspector refused a command, or answered with something else than the protocol has. */
  | 'ERR_PROTOCOL'
  /** A page loaded a new document between two snapshots, so that these cannot be compared. */
  | 'ERR_NAVIGATED'
  /** An assertion of `heapray/testing` failed: something leaks, grew or is still there. */
  | 'ERR_LEAK'
  /** An assertion ran out of time, or a target did not answer. */
  | 'ERR_TIMEOUT'
  /** A bug in heapray: please report it. The process can continue. */
  | 'ERR_INTERNAL'
  /** `capture` and `redact` are not supported where heapray runs as WebAssembly, nor `forgetIds` without the inspector, nor pages of Firefox and WebKit. */
  | 'ERR_NOT_SUPPORTED'
  /** Thrown while loading: no addon for this platform is installed. The message says which package is missing and what to do. */
  | 'ERR_ADDON_NOT_FOUND'
  /** Thrown while loading: the addon is of another version than the package. */
  | 'ERR_ADDON_VERSION'
  /** Thrown while loading: Node was started with `--no-addons`, or with `--permission` and without `--allow-addons`. */
  | 'ERR_DLOPEN_DISABLED'
  /** Thrown while loading: the system could not load the addon; `cause` has its error. */
  | 'ERR_DLOPEN_FAILED';

/** V8's node types; unknown types keep their own name. */
export type NodeType =
  | 'hidden' | 'array' | 'string' | 'object' | 'code' | 'closure' | 'regexp' | 'number' | 'native'
  | 'synthetic' | 'concatenated string' | 'sliced string' | 'symbol' | 'bigint' | 'object shape' | 'wasm object'
  | (string & {});

export type EdgeType =
  | 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak' | (string & {});

/**
 * A location in a script; `line` and `column` count from 1. Of a function it is where the function is defined, of an
 * object its constructor.
 */
export interface SourceLocation {
  /** Script name or URL; `null` if unknown. */
  script: string | null;
  scriptId: number;
  /** `null` where the script alone is known, as for variables of modules. */
  line: number | null;
  column: number | null;
}

/**
 * Who has a variable or field: the nearest above it that a developer has written. `name` is the file of a module or block,
 * the name of a function or class; `''` for functions without a name and for the global object. `block`: a block or a
 * function without a name, of which only the file is known.
 */
export interface Owner {
  kind: 'module' | 'function' | 'block' | 'class' | 'global';
  name: string;
  /** Where the function or class begins; of a module or block the script alone. */
  source: SourceLocation | null;
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
  /** Bytes that would be freed with the object. */
  retainedSize: number;
  /** Retained size in percent of the whole heap, 0 to 100. */
  percent: number;
  /** retainedSize / selfSize; 0 when selfSize is 0. */
  ratio: number;
  /** Outgoing references. */
  edgeCount: number;
  /** Steps from a GC root: 1 for a root of the program, 100000000 and more if only V8's own roots reach it, -5 if unreachable. */
  distance: number;
  /** A DOM node (or Node object) known to be detached. */
  detached: boolean;
  /** Where the function or constructor is defined; `null` if unknown. */
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
  /** Property name, variable name; the index for elements. `[key]` for what is data; see {@link Shown}. */
  name: string | number;
  /** Id of the target. */
  to: number;
}

/** One level of a reference or retainer tree. */
export interface Tree {
  items: TreeItem[];
  /** Number of further items on this level, beyond `limit`. */
  omitted: number;
}

export interface TreeItem {
  /** Type of the reference. */
  type: EdgeType;
  name: string | number;
  /** The target in `references`, the retainer in `retainers`; with its own tree. */
  node: NodeRow;
  /** The node is its own ancestor in this branch, which ends here. */
  cycle?: true;
}

/** Inclusive limits; leave one out for no limit. */
export interface Range { min?: number; max?: number }

/**
 * Text to look for: a string is exact; `contains` ignores case; a RegExp uses flags `i`, `m`, `s`, `u`
 * (`g`, `y`, `d` are ignored, `v` is refused). Matching takes linear time, so look-around and
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

/** What an answer shows of the program's data. */
export interface Shown {
  /**
   * With `true` everything, with `false` neither contents of strings, of which the length is given (`(12 characters)`),
   * nor keys that are data. These are names of properties that do not come from code, such as session tokens or mail
   * addresses: `[key]`, in classes and objects `{id, 2 keys}`, in paths that stand for many `[*]`. Addresses and paths
   * then end at their query, and scripts without a path have no name. See docs/redaction.md.
   * @default contents of strings, but `[key]` for keys that are data
   */
  showStrings?: boolean;
}

/** In what language an answer speaks of the program: as V8 ran it, or as it was written. */
export interface Mapped {
  /**
   * Source maps, for programs that a compiler, bundler or minifier has made: places, and names of classes, functions and
   * variables, become those of the source. `'auto'`: those that scripts name or have beside them on this machine. A folder:
   * scripts and maps in it too, by the longest common end of their paths, first. `'off'`: none. Maps over 128 MiB are not
   * read, and nothing is fetched over the network. What does not fit keeps its name, and `warnings` of the answer says why.
   * Names in questions, such as `class`, are always those of the heap. See docs/source-maps.md.
   *
   * Without maps it costs reading the last 4 KiB of each script. Maps are read on this thread, which they block: one of
   * 41 MB took 3 seconds and 0.5 GB of memory, and its script of 13 MB 15 seconds and as much again. Maps of usual size,
   * up to a few megabytes, take less than a second.
   * @default 'auto'
   */
  sourceMaps?: 'auto' | 'off' | (string & {}) | URL;
}

/** Part of answers that are objects. */
export interface MapWarnings {
  /** Source maps that were not used, and why; left out if there are none. */
  warnings?: string[];
}

/** A property, and what its value is. */
export interface PropertyMatch {
  /** Of an element its position, as decimal text. */
  name: TextMatch;
  /**
   * The contents of a string, a number, a boolean or `null`. V8 writes numbers with `exposeNumericValues` only, and leaves
   * out properties that are small integers otherwise.
   */
  value?: TextMatch | number | boolean | null;
  /** The class of the object that it refers to. */
  to?: TextMatch;
}

/** Conditions on what an object has, all of which must be met. */
export interface Having {
  /** A property or element, or several, of its own; accessors and variables are none. */
  property?: PropertyMatch | PropertyMatch[];
  /** Objects and functions with all of these properties, at most 63 with those of `hasNot`. */
  shape?: string | string[];
  /** Objects and functions with none of these. */
  hasNot?: string | string[];
  /** Keys, values and elements of collections of these classes. */
  in?: 'Map' | 'Set' | 'Array' | ('Map' | 'Set' | 'Array')[];
  /**
   * How many properties and elements (keys of a Map included) that are heap objects, outgoing references of all kinds, and
   * references to it. The last builds the list of incoming references, 4 bytes each.
   */
  counts?: { properties?: Range; elements?: Range; references?: Range; retainers?: Range };
}

export interface Query extends Shown, Having {
  /** One id or several. */
  id?: number | number[];
  /** The display name. */
  name?: TextMatch;
  /** A type that neither V8 nor the file has is `ERR_INVALID_QUERY`. */
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
  /** A reference to the node has this name (element indices as decimal text). */
  edgeName?: TextMatch;
  /** Nodes that would be freed with this node: its dominator subtree without itself. */
  retainedBy?: number;
  /** Nodes this node refers to directly. */
  referencedFrom?: number;
  /** Ids above `after` and up to `upTo`: DevTools' "objects allocated between". */
  allocated?: { after?: number; upTo?: number };
  /** DevTools' named filters. */
  filter?: NamedFilter;
  /**
   * Hide objects of Node, V8 and internals: functions and instances of `node:` and `internal/`
   * scripts, functions built into V8, hidden nodes, code, shapes, backing arrays, `system / …`,
   * `Node / …` and C++ objects, strings that only code retains. In doubt a node is shown.
   * `'auto'` hides them in heaps over 25 MB, unless `id` or `type` is given.
   * @default false
   */
  mineOnly?: boolean | 'auto';
  /** @default 'retainedSize' */
  sort?: 'retainedSize' | 'selfSize' | 'ratio' | 'distance' | 'id';
  /** Ties are sorted by position in the file; unreachable nodes count as farthest. @default 'descending', but 'ascending' for distance and id */
  order?: 'ascending' | 'descending';
  /** Rows per page, 0 to 100000. @default 50 */
  limit?: number;
  /** Where the page starts: `next` of the page before. @default 0 */
  offset?: number;
  /** Put the direct references into each row. @default false */
  edges?: boolean;
  /** Put the tree of references into each row, at most 10000 items. @default false */
  references?: boolean | TreeOptions;
  /** Put the tree of retainers into each row, at most 10000 items. @default false */
  retainers?: boolean | TreeOptions;
}

export interface TreeOptions {
  /** Levels, 1 to 20. @default 2 */
  depth?: number;
  /** Items on each level of a branch, 1 to 1000. @default 5 */
  limit?: number;
}

export interface FilterResult extends MapWarnings {
  /** Nodes that match, on all pages. */
  total: number;
  /** Total self size of all matches. */
  selfSize: number;
  /** Whether `mineOnly` was applied. */
  mineOnly: boolean;
  nodes: NodeRow[];
  /** `offset` of the next page, `null` on the last. */
  next: number | null;
}

export interface Page extends Shown, Mapped {
  /** Rows per page, 0 to 100000. @default 50 */
  limit?: number;
  /** Where the page starts: `next` of the page before. @default 0 */
  offset?: number;
}

/** A node of the dominator tree; `selfSize`, `children` and `rest` add up to `retainedSize`. */
export interface DominatorRow extends NodeRow {
  /** Nodes it dominates immediately. */
  childCount: number;
  /** Those that are listed, largest retained size first. */
  children: DominatorRow[];
  /** Those that are not listed. */
  rest: { count: number; retainedSize: number };
}

export interface DominatorTreeOptions extends Shown, Mapped {
  /** Id of the node at the top. @default rootId */
  root?: number;
  /** Levels below it, 1 to 100. @default 3 */
  depth?: number;
  /** Children of a node, 1 to 1000. @default 20 */
  limit?: number;
  /** Minimum retained size as a share of the root's, 0 to 1; smaller nodes are part of `rest`. @default 0 */
  minShare?: number;
}

export interface ClassRow {
  /** Number of the class in this snapshot: what `columns(['class'])` holds. */
  index: number;
  /**
   * What tells the class from others of its name, in every snapshot of the program: `Name@script:line:column`, or the name
   * alone without a source location. Calls that take the name of a class take it too.
   */
  key: string;
  name: string;
  count: number;
  /** Shortest distance of an instance. */
  distance: number;
  selfSize: number;
  /** Retained by all instances together, nothing counted twice. */
  retainedSize: number;
  percent: number;
  /** Where the constructor is defined. */
  source: SourceLocation | null;
}

export interface ClassPage extends MapWarnings { total: number; classes: ClassRow[]; next: number | null }

export interface ClassQuery extends Page, Having {
  name?: TextMatch;
  filter?: NamedFilter;
  /** @default 'retainedSize' */
  sort?: 'retainedSize' | 'selfSize' | 'count' | 'distance' | 'name';
  /** @default 'descending', but 'ascending' for distance and name */
  order?: 'ascending' | 'descending';
}

/** Conditions are on the objects of a class. */
export interface PathOptions extends Shown, Mapped, Having {
  /** Paths, 1 to 1000. @default 5 */
  limit?: number;
}

/** A way of grouping: see {@link Snapshot.group}. */
export type GroupBy = 'class' | 'package' | 'script' | 'holder' | 'path' | 'size' | 'age' | 'distance' | `property:${string}`;

export interface GroupOptions extends Page {
  /**
   * One way, or up to four, each of which divides the groups of the one before:
   * `'class'`; `'package'` and `'script'`, of an object without a script those of its dominator; `'holder'`, the nearest
   * object of the program that dominates it; `'path'`, the shape of its shortest path; `'property:NAME'`, its value, or the
   * class of the object there; `'size'`, its self size by powers of ten; `'age'`, when it was created: the interval of a
   * timeline, otherwise a tenth of all ids; `'distance'`.
   * @default 'class'
   */
  by?: GroupBy | GroupBy[];
  /** Of a comparison, the change. @default 'retainedSize' */
  sort?: 'retainedSize' | 'selfSize' | 'count' | 'key';
  /** @default 'descending', but 'ascending' for key */
  order?: 'ascending' | 'descending';
  /** An earlier snapshot of the same program, with which groups are compared; those that did not change are left out. */
  before?: Snapshot;
}

/** What there is of a group; the changes are those since `before`. */
export interface GroupFigures {
  count: number;
  selfSize: number;
  /** Bytes that the objects retain together, nothing counted twice. */
  retainedSize: number;
  countDelta?: number;
  selfSizeDelta?: number;
  retainedSizeDelta?: number;
}

export interface GroupRow extends GroupFigures {
  key: string;
  /** The object that a group by holder is about. */
  id?: number;
  /** Where the constructor of the class that a group by class is about is defined. */
  source?: SourceLocation;
  percent: number;
  /** Up to three objects of the group. */
  sampleIds: number[];
  /** The groups of the next level, at most `limit`. */
  groups?: GroupRow[];
  /** Groups of the next level that are not listed. */
  omitted?: number;
}

/** The figures are of all objects that match. */
export interface GroupResult extends GroupFigures, MapWarnings {
  by: GroupBy[];
  /** Whether `mineOnly` was applied. */
  mineOnly: boolean;
  /** Groups of the first level on all pages. */
  total: number;
  groups: GroupRow[];
  /** `offset` of the next page, `null` on the last. */
  next: number | null;
}

export interface WhatIfOptions extends Shown, Mapped {
  /** References: `@123.cache`, `@123[5]`, `@123["a key"]`, or all from one object to another, `@123->@456`. */
  cut?: string | string[];
  /** Objects by id, or all that match a query; its order, page and trees are ignored. */
  remove?: number | Query | (number | Query)[];
  /** Classes of freed objects, 0 to 100000. @default 50 */
  limit?: number;
}

export interface WhatIfResult extends MapWarnings {
  /** References that are cut. */
  cut: number;
  /** Objects that are removed, and count as freed. */
  removed: number;
  freed: {
    count: number;
    /** Bytes. */
    selfSize: number;
    percent: number;
    /** Classes of freed objects, of which `classes` lists the first by bytes. */
    total: number;
    classes: { name: string; count: number; selfSize: number }[];
  };
  /** The size of the heap, in bytes. */
  before: number;
  after: number;
  /**
   * Up to ten objects that stay although a cut reference, a removed object or the target of a cut reference referred to them,
   * the largest first, each with a path along which it is still held.
   */
  held: { node: NodeRow; path: string }[];
}

/** Bytes per kind, as in DevTools' statistics. */
export interface Statistics {
  total: number;
  native: { total: number; typedArrays: number };
  v8heap: { total: number; code: number; jsArrays: number; strings: number; system: number };
}

/** A step of a path. The `edge`s of all steps that are not `internal`, concatenated, are the path's text. */
export interface PathStep {
  /** The object that the step leads to. */
  id: number;
  className: string;
  /**
   * The step as text: `.sessions`, `[3]`, `[entry]`, ` → onChange`, ` → context.user`, `.current → FiberNode (ProductCard)`; for the first step, what the path
   * begins with; for an internal step, the name of the reference.
   */
  edge: string;
  /** Whether the text omits the step, because it lies before the text's beginning or is internal to V8. */
  internal: boolean;
  /**
   * Of a step through a variable, where that is declared: the beginning of its function, or the script of its module. Of
   * others where the object's class or function is.
   */
  source: SourceLocation | null;
  /** Of a step to an object by which React or Vue represents a component or an element in it: the component. */
  component?: Component;
}

/** A component of React or Vue. */
export interface Component {
  /** Its name for display, else that of its function or class; empty if that has none. */
  name: string;
  /** Where its function or class is defined; of Vue the first of `setup`, `render`, `data` and the hooks that it has. */
  source: SourceLocation | null;
  /**
   * What the framework's source calls the object, if it is one of the framework's own, whatever its class is called in the
   * production build; else `null`.
   */
  part: 'FiberNode' | 'ComponentInternalInstance' | null;
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
}

export interface RetainingPath {
  /** How many of the objects have a path of this shape; 1 for a single node. */
  count: number;
  /** From the GC root down to the object; for a merged path, to the one of the `count` objects that is nearest to a root. */
  steps: RetainingPathStep[];
  /**
   * Number of steps missing in `steps`, if any: a path of more than 10,000 has only the first and last 5,000; once the
   * paths of an answer have ten million steps in total, further ones have only the last hundred.
   */
  omitted?: number;
  /**
   * The path in the form of code: `configBus._events.change[896] → onChange → context.user`. `→ onChange` is a function,
   * `context.user` a variable that it captured, `[entry]` a key or value of a Map or an item of a Set, `.(name)` an internal field of V8,
   * `(.next ×20)` the same step twenty times; indices are `[*]` if `count` is over 1. It begins at the last
   * variable or export of a module on the path, at a module (`require("/srv/app/index.js")`), or at the first object that is not internal
   * to V8; with `…` if `steps` has only the path's end.
   */
  text: string;
}

export interface PathResult extends MapWarnings {
  /** Objects asked for: 1, or the instances of the class. */
  total: number;
  /** Of these, how many are unreachable except by weak references. */
  unreachable: number;
  /** Number of path shapes; for a single node, the number of paths that were searched for. */
  patterns: number;
  /** The most frequent first for a class, the shortest first for a node. Paths from the stack, handle scopes or the DevTools console are given only if there are no others. */
  paths: RetainingPath[];
}

export interface StringRow {
  /** The text, at most about 1024 characters; `null` where `showStrings` hides it. */
  value: string | null;
  count: number;
  /** Self size of all copies. */
  selfSize: number;
  retainedSize: number;
  /** Bytes that a single copy would save: selfSize − selfSize / count. */
  wasted: number;
  /** In UTF-16 units; before truncation by V8, if the snapshot has it. */
  length: number;
  /**
   * Whether the texts are longer than the 1024 characters that V8 wrote of each: they begin alike and have one size,
   * but may differ after that. `length` is at least that, `wasted` at most.
   */
  truncated: boolean;
  /** Ids of up to five copies. */
  ids: number[];
}

export interface StringPage { total: number; strings: StringRow[]; next: number | null }

/** A variable of a function that no live function reads in some of its contexts. */
export interface DeadVariableRow {
  variable: string;
  /** The function or module that declares it, and where; `null` if the snapshot does not say. */
  owner: Owner | null;
  /** Contexts (one for each call of the function) that keep a value of it which no live function reads. */
  contexts: number;
  /** Bytes that would be freed if the variable were cleared in all of these contexts: exact, nothing counted twice. */
  freedIfCleared: number;
  /** `freedIfCleared` in percent of the heap, 0 to 100. */
  percent: number;
  /** The class of the values; of several the one that retains most. */
  className: string;
  /** Ids of up to five values. */
  ids: number[];
}

export interface DeadVariablePage extends MapWarnings {
  /** Whether it is known which functions read which variables. If not, the other numbers are 0. */
  available: boolean;
  /** Why it is not known, or which scripts are left out; `null` if it is known of all. */
  reason: string | null;
  /** Variables on all pages. */
  total: number;
  /** Bytes that would be freed if all of them were cleared, nothing counted twice. */
  freedIfAllCleared: number;
  /** `freedIfAllCleared` in percent of the heap, 0 to 100. */
  percent: number;
  variables: DeadVariableRow[];
  next: number | null;
}

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

/** Objects that were allocated while tracking. In a difference all numbers have signs: after minus before. */
export interface AllocationSums {
  /**
   * Allocations. Optimised code may allocate several objects at once, which V8 counts as one. In a sampling profile, the
   * samples.
   */
  count: number;
  /** Their bytes. In a sampling profile V8's estimate of all bytes, from those of the samples. */
  size: number;
  /** Objects that are alive; `null` in a sampling profile, which does not say whether it has others too. */
  liveCount: number | null;
  /** Their self sizes, in bytes; `null` in a sampling profile. */
  liveSize: number | null;
}

/** The same together with what was allocated in calls from there; recursion counts once. */
export interface AllocationTotals {
  totalCount: number;
  totalSize: number;
  totalLiveCount: number | null;
  totalLiveSize: number | null;
}

export interface StackFrame {
  functionName: string;
  source: SourceLocation | null;
}

/** A function: what it allocated itself, and with what it called. */
export interface AllocationRow extends AllocationSums, AllocationTotals, StackFrame {}

export interface AllocationStackRow extends AllocationSums, AllocationTotals {
  /** Innermost call first, the first 256; V8 records 64. Empty if no JavaScript ran. */
  stack: StackFrame[];
}

export interface AllocationQuery extends Page {
  /** What a row is about. @default 'function' */
  by?: 'function' | 'stack';
  /**
   * Largest first; in a difference, the largest growth. By a total, functions that only call others which allocate are listed
   * too. A sampling profile cannot be sorted by what is alive. @default 'size'
   */
  sort?: 'size' | 'count' | 'liveSize' | 'liveCount' | 'totalSize' | 'totalLiveSize';
}

export interface AllocationOptions extends ParseOptions, AllocationQuery {
  /** Text and Markdown have the stacks' first 12 calls. @default 'json' */
  format?: 'json' | 'text' | 'markdown';
}

/** All rows together, and a page of them. */
export interface AllocationPage extends AllocationSums, MapWarnings {
  /** Whether allocations were tracked. Without it the numbers are 0. */
  available: boolean;
  /** Why they were not; `null` if they were. */
  reason: string | null;
  by: 'function' | 'stack';
  /** Whether it is of sampling profiles. */
  sampled: boolean;
  /** Whether it is what changed from one recording to another. */
  difference: boolean;
  /** Rows on all pages. */
  total: number;
  /** With `by: 'function'`. */
  functions: AllocationRow[];
  /** With `by: 'stack'`. */
  stacks: AllocationStackRow[];
  next: number | null;
}

/** A function on the stacks at which objects were allocated, and what called it. */
export interface AllocatingFunction {
  functionName: string;
  source: SourceLocation | null;
  /** Objects allocated by it, or by what it called. */
  count: number;
  /** Their self sizes. */
  bytes: number;
  /** The five that allocated most; functions of the runtime are left out. Eight calls deep at most. */
  callers: AllocatingFunction[];
}

export interface TimelineSample { timestampMs: number; lastAssignedId: number; size: number }

/** A parsed, analysed heap snapshot. It lives outside the JavaScript heap. */
export interface Snapshot extends Disposable {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly stringCount: number;
  /** All self sizes plus what V8 counted outside the heap: DevTools' total. */
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
  /** How a snapshot of a live process was taken; `null` for files, bytes and other streams. */
  readonly capture: CaptureInfo | null;
  /**
   * Where the process's resident memory was when `capture()`, `watch()` or `checkpoint()` took the snapshot; `null` for
   * snapshots of workers, for files, which do not have it, and for all other sources.
   */
  readonly memory: ProcessMemory | null;

  /** The node with this id, with its direct references. O(1) after the first call, which builds an index. */
  node(id: number, options?: Shown & Mapped): Promise<NodeRow & MapWarnings>;
  /** What the node refers to, largest retained size first. */
  references(id: number, page?: Page): Promise<{ total: number; items: TreeItem[]; next: number | null } & MapWarnings>;
  /** What refers to the node, except the root and weak references, nearest to a root first. */
  retainers(id: number, page?: Page): Promise<{ total: number; items: TreeItem[]; next: number | null } & MapWarnings>;
  /** What the node dominates directly, largest first. */
  dominated(id: number, page?: Page): Promise<FilterResult>;
  /** From the root to the node through its dominators. */
  dominatorPath(id: number, options?: Shown & Mapped): Promise<NodeRow[]>;
  /** The top of the dominator tree, for treemaps: at most the 10000 largest rows. */
  dominatorTree(options?: DominatorTreeOptions): Promise<DominatorRow & MapWarnings>;
  /** Shortest paths from GC roots: several for one node, merged by path shape for a class. */
  retainingPaths(idOrClass: number | string, options?: PathOptions): Promise<PathResult>;
  /** DevTools' Summary. */
  classes(query?: ClassQuery): Promise<ClassPage>;
  /** The instances of a class that have a size, largest retained size first. A name stands for all classes of that name, none if there is none; {@link ClassRow.index} or {@link ClassRow.key} for one. */
  classInstances(nameOrIndex: string | number, page?: Pick<Query, 'sort' | 'order' | 'limit' | 'offset' | 'showStrings'> & Mapped): Promise<FilterResult>;
  /** {@link filter} of this snapshot. */
  filter(query?: Query & Mapped, options?: JobOptions): Promise<FilterResult>;
  /** {@link report} on this snapshot alone. */
  report(options: ReportOptions & { format: 'text' | 'markdown' }): Promise<string>;
  report(options?: ReportOptions): Promise<Report>;
  /** {@link diff} from this snapshot to a later one. */
  diff(after: Snapshot | Source, options: DiffOptions & { format: 'text' | 'markdown' }): Promise<string>;
  diff(after: Snapshot | Source, options?: DiffOptions): Promise<DiffResult>;
  /**
   * The objects that match a query in groups, with what each group retains. Order, page and trees of the query are ignored.
   * One pass over the matches; by holder, script or package 4 bytes a node, by path also the shortest paths of all.
   * @example
   * const { groups } = await snapshot.group({ class: 'Session' }, { by: ['property:status', 'holder'] });
   */
  group(query?: Query, options?: GroupOptions): Promise<GroupResult>;
  /**
   * What would be freed if references were cut and objects removed, by the rules of retained sizes. Two walks over the heap,
   * 9 bytes a node each. `ERR_INVALID_QUERY` for a reference that does not exist.
   */
  whatIf(options: WhatIfOptions): Promise<WhatIfResult>;
  /** Duplicated strings, most wasted bytes first. */
  strings(page?: Page): Promise<StringPage>;
  /** Copies of columns as typed arrays in node order. Costs 1 to 8 bytes a node and column. */
  columns<K extends keyof Columns>(names: K[]): Promise<Pick<Columns, K>>;
  /**
   * Captured variables that no live function reads, most bytes first; those that free nothing are left out, and so are
   * numbers. Newer versions of Chromium write into the snapshot which functions read which variables. For others, such as
   * those of Node.js, the source files of the scripts are read: paths and `file:` URLs of JavaScript files on this machine,
   * 64 MB in all. A file that does not fit the functions of the heap, because it has changed since, is left out, and so are
   * variables that running functions or code in `eval` may read. `available` tells whether anything is known. The first call
   * takes time and memory in proportion to the heap, 8 bytes a node, and about 0.2 s for each megabyte of source text on the
   * event loop, file by file; the answer is kept with the snapshot.
   */
  deadVariables(page?: Page): Promise<DeadVariablePage>;
  /**
   * Functions or stacks at which objects were allocated, and what of them is alive, as in DevTools' Allocation tab. For
   * snapshots taken while allocations were tracked: `available` says whether it is one. Takes time in proportion to the heap.
   */
  allocations(query?: AllocationQuery): Promise<AllocationPage>;
  /** The stack at which a node was allocated, innermost call first; empty if not recorded. */
  allocationStack(id: number, options?: Shown & Mapped): Promise<StackFrame[]>;
  /** The allocation timeline; empty for plain snapshots. */
  samples(): Promise<TimelineSample[]>;
  /** Frees the native memory at once; running calls reject with `ERR_CLOSED`. May be called again. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface ReportOptions extends ParseOptions, Mapped {
  /** @default 'json' */
  format?: 'json' | 'text' | 'markdown';
  /**
   * Add three lines of source code to each suspect, from its file on this machine or its source map; not in Markdown. Redacted
   * snapshots have none. @default true for text, false for JSON and Markdown
   */
  code?: boolean;
  /** Classes, objects and strings to list, 1 to 1000. @default 10 */
  limit?: number;
  /** Show the contents of strings, which may be secret (`value` of duplicated strings and `name` of string nodes), and keys that are data; see {@link Shown}. @default false */
  showStrings?: boolean;
  /**
   * Look for captured variables that no live function reads in snapshots that do not tell of them, by reading the source
   * files of the scripts; see {@link Snapshot.deadVariables}. @default false
   */
  closures?: boolean;
  /**
   * Size limit of text or Markdown in UTF-8 bytes, at least 1000: lists get shorter, then parts are
   * omitted, the verdict last. The result depends on the heap alone. JSON is not shortened; see `limit`.
   * @default no limit
   */
  maxBytes?: number;
  /**
   * A file of known leaks, as `heapray report --write-baseline` writes it, or a report saved as JSON. The report says in
   * {@link Report.baseline} which suspects are known. Rejects with `ERR_IO` and `ERR_BASELINE`, before anything is parsed.
   */
  baseline?: string | URL;
  /** How much faster a known leak may grow than the baseline says, in percent, 0 to 10000. @default 20 */
  baselineTolerance?: number;
}

/** A suspect, compared with the baseline. */
export interface BaselineLeak {
  fingerprint: string;
  className: string;
  /** The path of its holder. */
  holder: string;
  /**
   * `new`: not in the baseline. `expired`: its date has passed. `faster`: it grows faster than the baseline says, by more
   * than the tolerance; by bytes, or by objects if one of the two has no bytes. `known`: none of these.
   */
  status: 'new' | 'expired' | 'faster' | 'known';
  /** From the baseline; empty if it has none. */
  reason: string;
  owner: string;
  expires: string | null;
  /** Retained in the last snapshot. */
  bytes: number;
  /** Mean growth; `null` for one snapshot, and bytes for different processes. */
  bytesPerInterval: number | null;
  countPerInterval: number | null;
  /** The same in the baseline. */
  knownBytesPerInterval: number | null;
  knownCountPerInterval: number | null;
}

/** How the suspects of a report compare with known leaks. */
export interface BaselineComparison {
  /** Percent by which a known leak may grow faster. */
  tolerance: number;
  /** Whether a suspect is new, expired or growing faster. */
  failed: boolean;
  /** Suspects by fingerprint, in the report's order. */
  leaks: BaselineLeak[];
  /** Entries of the baseline that did not occur, which may be fixed. */
  missing: { fingerprint: string; className: string; holder: string; reason: string; owner: string; expires: string | null }[];
}

/**
 * How sure a suspect is. High: growth in several intervals, nearly all earlier objects are still there, and nothing
 * suggests a bound. Medium: growth in one interval of something that is not a collection, or in several if the holder may
 * have a bound, a value is replaced each time, or the survival of earlier objects is unknown, as in one timeline without
 * stacks. Low: growth of a
 * collection in a single interval, which may be filling up to a bound; one snapshot; snapshots without ids in common.
 */
export type Confidence = 'high' | 'medium' | 'low';

/**
 * The kind of leak, by what holds the objects. `growing…` is a single object that grows while no objects are added,
 * such as an array of numbers; `large…` is, in one snapshot, a single object that is a tenth of the heap.
 */
export type SuspectKind =
  | 'detachedDom' | 'asyncLocalStorage' | 'asyncLocalStorages' | 'eventListeners' | 'eventTargetListeners' | 'timers' | 'workers' | 'messagePorts'
  | 'performanceEntries' | 'vmContexts' | 'modules' | 'promises' | 'finalizers' | 'streams' | 'sockets' | 'slicedStrings' | 'strings' | 'buffers'
  | 'closureChain' | 'linkedList' | 'memoize' | 'cache' | 'closures' | 'map' | 'set' | 'array' | 'dictionary' | 'objects'
  | 'growingString' | 'growingBuffer' | 'growingCollection' | 'growingObject' | 'largeString' | 'largeBuffer' | 'largeCollection' | 'largeObject';

export type ReportOutcome = 'leaks' | 'mayLeak' | 'grew' | 'grewOutside' | 'nothingGrew' | 'oneSnapshot';

/** Objects that leak, with one holder and one path shape. */
export interface Suspect {
  /** The class that names the leak: for functions their name, for plain objects their properties. */
  className: string;
  kind: SuspectKind;
  /** The kind in words, such as `event listeners`. */
  kindLabel: string;
  /** Why it is suspected, in a sentence. */
  reason: string;
  /** What to do about it. */
  advice: string;
  /** Objects in the last snapshot. */
  count: number;
  /** Bytes they retain together in the last snapshot, nothing counted twice. */
  bytes: number;
  percent: number;
  /** Objects added in each interval; empty for one snapshot, 0 for a growing object. */
  addedCount: number[];
  /** Bytes that the objects added in each interval retain in the last snapshot; `null` for snapshots of different processes. */
  addedBytes: number[] | null;
  /** What holds them. */
  holder: {
    id: number;
    className: string;
    name: string;
    /** Number of holders with the same path shape. */
    count: number;
    retainedSize: number;
    path: string;
    /** The steps of `path`. */
    steps: PathStep[];
    /** Where its class is declared; of what has none, such as a Map, where its owner is. */
    source: SourceLocation | null;
    /** Whose variable or field it is; `null` if no function of the program knows. */
    owner: Owner | null;
  };
  /** The shortest path they have in common, written as code: `configBus._events.change[*] → onConfigChange → context.ctx`. */
  path: string;
  /** The steps of `path`, to the object nearest to a root; the first and last 50 if there are more than 100. */
  steps: PathStep[];
  /** Where the class or function is defined. */
  source: SourceLocation | null;
  /** Functions on the path below the holder. */
  functions: { name: string; source: SourceLocation | null }[];
  /**
   * In pages made with React or Vue, the component that the objects belong to: the first that the path from the holder down
   * leads through, by an object of the framework or by the scope in which a function of the component was created, else one to which
   * the object itself leads within a few steps. Missing if there is none.
   */
  component?: Component;
  /** At most five, newest first. */
  sampleIds: number[];
  /**
   * Where the objects were allocated, in snapshots taken while allocations were tracked: how many have a stack, their self
   * sizes, and the functions of the program nearest to the allocation, with their callers. Else `null`.
   */
  allocatedAt: { count: number; bytes: number; functions: AllocatingFunction[] } | null;
  /** Bytes freed if the holder releases the objects; 0 if others hold them too: see `otherHolders`. */
  freedIfReleased: number;
  /**
   * Further holders of the objects, at most four, the one that holds most first; `count` is the number of objects
   * it holds.
   */
  otherHolders: { id: number; className: string; count: number; path: string; steps: PathStep[]; source: SourceLocation | null; owner: Owner | null }[];
  /** Bytes freed if the holder and all `otherHolders` release the objects; less than `bytes` if there are still more holders. */
  freedIfAllRelease: number;
  /**
   * Captured variables that the objects keep and no live function reads, at most three, each a tenth of `bytes` or more; empty
   * if it is not known which functions read which variables: see `deadVariables()` and {@link ReportOptions.closures}.
   */
  deadVariables: DeadVariableRow[];
  confidence: Confidence;
  /**
   * Share, 0 to 1, of the holder's earlier objects that it still holds in the last snapshot; `null` if there were too few, for
   * one snapshot, and without ids in common. For one timeline, the share that is alive of all objects that were allocated at the
   * same stacks; `null` if it has none of them.
   */
  survival: number | null;
  /** Whether the holder may have a bound that it has not reached yet, like a cache, a pool or a ring. */
  mayHaveBound: boolean;
  /** Equal for the same leak in other processes. */
  fingerprint: string;
  /**
   * With `code`: the line where the variable that holds them is declared, or the class or function that has it, with one line
   * before and one after. Left out where the source cannot be read or does not fit, and for redacted snapshots.
   */
  code?: { script: string; line: number; column: number; lines: { line: number; text: string }[] };
}

/** What the code of an npm package retains. Of bundled code, {@link Mapped.sourceMaps} tell the package. */
export interface PackageRow {
  /** `null`: the program's own code. */
  name: string | null;
  /** Number of its functions and instances of its classes. */
  count: number;
  /** Retained by all of them together, nothing counted twice; what two packages retain counts for both. */
  retainedSize: number;
  percent: number;
}

/** A Map, a Set, an array or an object used as a dictionary. */
export interface CollectionRow {
  id: number;
  className: string;
  /** Elements that are heap objects, which small integers are not. Keys and values of Maps both count. */
  elements: number;
  /** Elements divided by the slots reserved for them; `null` if unknown. */
  fillRatio: number | null;
  /** The three most frequent. */
  elementClasses: { name: string; count: number }[];
  selfSize: number;
  retainedSize: number;
  percent: number;
  path: string | null;
}

/** A use of resident memory. Buckets do not overlap. */
export type MemoryBucket =
  | 'javaScriptHeap'
  | 'arrayBuffers'
  | 'v8'
  | 'code'
  | 'mallocInUse'
  | 'mallocFree'
  | 'webAssembly'
  | 'workers'
  | 'mappedFiles'
  | 'heapray'
  | 'unexplained';

/** Where the resident memory of a process is, in bytes. */
export interface ProcessMemory {
  /** The sum of `buckets`. */
  resident: number;
  /**
   * `null` if the system does not report it; then the bytes are in `unexplained`. `arrayBuffers`: and external strings.
   * `v8`: allocated by V8 outside of its heap. `code`: machine code made at run time. `mallocInUse`: by addons and the
   * runtime. `mallocFree`: freed, but kept by malloc: fragmentation. `workers`: heaps of other threads, and all
   * stacks. `mappedFiles`: executables and shared memory too. `heapray`: open snapshots, and V8's table of object ids.
   *
   * What was allocated and never touched is not resident and in no bucket.
   */
  buckets: Record<MemoryBucket, number | null>;
  /** Why a bucket is `null`. */
  missing: { [bucket in MemoryBucket]?: string };
  /** Threads of the process; `null` if the system does not report them. */
  threads: number | null;
  /** Handles and requests of this thread's event loop by type, as `process.getActiveResourcesInfo()` lists them. */
  resources: Record<string, number>;
}

/** A value at the first snapshot that has it and at the last, and the change in each interval. */
export interface MemoryChange {
  before: number;
  after: number;
  added: number[];
}

export interface OutsideMemory {
  resident: MemoryChange;
  /** Whether the verdict mentions it. */
  isNotable: boolean;
  /**
   * Those that the verdict names, then the others, largest first. `bytes` is `null` if one of the snapshots has no figure, with
   * the reason in `missing`; `advice` is only given for those that the verdict names.
   */
  buckets: { bucket: MemoryBucket; label: string; bytes: MemoryChange | null; missing: string | null; advice: string | null }[];
  threads: MemoryChange | null;
  /** Handles and requests by type. */
  resources: ({ type: string } & MemoryChange)[];
}

export interface Report extends MapWarnings {
  /** Changes when a field changes meaning; the JSON Schema is `heapray/report.schema.json`. */
  schemaVersion: 1;
  kind: 'report';
  /**
   * The result. `leaks`: a suspect is likely or sure. `mayLeak`: a suspect is possible, or inconclusive. `grew`: the
   * heap grew by 5 % and 256 KiB or more without a suspect: see `candidates`. `grewOutside`: it did not, but resident memory
   * grew outside of it: see `outside`. `nothingGrew`: neither did. `oneSnapshot`: nothing stands out in the only snapshot.
   */
  outcome: ReportOutcome;
  /** Whether something leaks, in a sentence or two. */
  verdict: string;
  /**
   * The growth of the heap in bytes, in total and in each interval, and how much the suspects explain; `null` for one snapshot.
   * For one timeline, what is alive at its end: created before it, in all, and in each interval.
   */
  growth: { before: number; after: number; added: number[]; explained: number } | null;
  /**
   * Only for a single snapshot with {@link Snapshot.samples}, such as a `.heaptimeline`: it is a series of intervals of equal
   * length, eight at most, from the first sample to the last. Ids tell in which of them each living object was created;
   * what died before the end is unknown.
   */
  timeline?: { intervals: number; samples: number; durationMs: number };
  /**
   * Resident memory of the process, and its growth outside of the JavaScript heap, from snapshots that have
   * {@link Snapshot.memory}; `null` if none has. The verdict mentions growth by 16 MiB and 5 % of the resident memory
   * or more, of which at least a tenth was in the last interval; for one snapshot, memory outside of the heap that is
   * more than half of the resident memory and 100 MiB or more.
   */
  outside: OutsideMemory | null;
  /**
   * Positions of the given snapshots, oldest first. Snapshots of one process are sorted by the time they were taken,
   * which V8's ids show; the report is about the newest. The same snapshot given twice is refused.
   */
  order: number[];
  /** Which suspects are known; with {@link ReportOptions.baseline} only. */
  baseline?: BaselineComparison;
  /** What leaks, by confidence and size; empty if nothing does. */
  suspects: Suspect[];
  /**
   * Collections that need another snapshot to decide, by size: those that were empty in the first of two, and those that
   * grew only in the one interval in which the program was busy.
   */
  inconclusive: Suspect[];
  /** The groups that grew most without being suspected, at most five, with the reason; empty for one snapshot. */
  candidates: { className: string; path: string; addedCount: number[]; addedBytes: number; why: string }[];
  /** Growth that is no leak, such as compiled code and feedback, with the reason. */
  ignoredGrowth: { name: string; reason: string }[];
  totals: { nodes: number; edges: number; strings: number; size: number };
  statistics: Statistics;
  classes: ClassRow[];
  /**
   * Objects with the largest retained size. A chain of objects that retain nearly the same is represented by the last
   * before it branches, a linked list by its first link. `path` is {@link RetainingPath.text} of the shortest path.
   */
  biggest: (NodeRow & { path: string | null })[];
  /** By retained size. */
  byPackage: PackageRow[];
  /** By retained size. */
  collections: CollectionRow[];
  /** `wasted`: bytes that single copies would save, of strings that are known to be equal. */
  duplicatedStrings: { total: number; wasted: number; strings: StringRow[] };
  detached: { count: number; selfSize: number; nodes: NodeRow[] };
  skipped: string[];
}

export type DiffMode = 'classes' | 'new' | 'grown' | 'freed';

export interface DiffOptions extends ParseOptions, Page {
  /** @default 'classes' */
  mode?: DiffMode;
  /**
   * The `index` of a row of mode `classes` with the same two snapshots: only objects of that class which have a self
   * size. An unknown index is `ERR_INVALID_QUERY`. Costs a pass over both snapshots.
   */
  class?: number;
  /** The column by which classes are sorted, the largest growth first. @default 'retainedDelta' */
  sort?: 'retainedDelta' | 'sizeDelta' | 'countDelta';
  /** Add a retaining path to each row of `new`, `grown`, `freed`. @default false */
  paths?: boolean;
  /** @default 'json' */
  format?: 'json' | 'text' | 'markdown';
}

export interface ClassDiffRow {
  /** Index of the class in this comparison: see {@link DiffOptions.class}. */
  index: number;
  /** {@link ClassRow.key} of the class. */
  key: string;
  name: string;
  addedCount: number;
  removedCount: number;
  countDelta: number;
  addedSize: number;
  removedSize: number;
  sizeDelta: number;
  /** Bytes that the objects of the class retain together, in the first and the second snapshot. */
  retainedBefore: number;
  retainedAfter: number;
  retainedDelta: number;
  /** Whether all these objects are internal to V8 or the runtime: code, object shapes, tables, C++ objects, numbers. */
  internal: boolean;
}

export interface NodeDiffRow extends NodeRow {
  /** In the first snapshot; 0 if the node is new. */
  retainedBefore: number;
  /** In the second snapshot; 0 if the node was freed. */
  retainedAfter: number;
  growth: number;
  /** With `paths: true`. */
  path?: string | null;
}

export interface DiffResult extends MapWarnings {
  schemaVersion: 1;
  kind: 'diff';
  mode: DiffMode;
  /** Rows on all pages. */
  total: number;
  /** Whether the snapshots seem to be of one process: at least nine in ten of the common ids name the same object. */
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
 * Reads and analyses a snapshot. Memory stays close to the size of the file; the JSON text is never held as a whole.
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
 * Writes a copy of a snapshot with the same graph and numbers, but with its contents hidden: strings, regular
 * expressions, bigints and, where the snapshot has them, numbers become `‹redacted HASH LENGTH›`, with equal hashes for
 * equal texts and `LENGTH` in UTF-16 units. Names of properties that are data become `‹HASH`, as long as they were. Other
 * names of properties, variables, classes, functions and scripts stay, without the query of a path or URL and the
 * attributes of an element. DevTools opens the result.
 *
 * The file is compressed if its name ends in `.gz` or `.zst`, readable by its owner only, and appears only when it is
 * complete: it is written under another name, flushed to the disk and renamed. One pass; about 50 MB of memory, and 9
 * bytes for each node.
 * @example
 * await redact('app.heapsnapshot', 'shareable.heapsnapshot.zst');
 */
export function redact(source: Source, outputPath: string | URL, options?: RedactOptions): Promise<Redaction>;

/**
 * The nodes that match, one page of them.
 * @example
 * const { total, nodes } = await filter(snapshot, { class: 'Session', retainedSize: { min: 1e6 }, limit: 10 });
 */
export function filter(snapshot: Snapshot | Source, query?: Query & Mapped, options?: ParseOptions & Mapped): Promise<FilterResult>;

/**
 * What leaks and what holds it, totals, statistics, the largest classes and objects, packages, collections,
 * duplicated strings, detached nodes.
 *
 * Several snapshots of one process are given oldest first; the report is about the last, and suspects are what grew in
 * every interval. Three snapshots can tell a leak from a warm-up, two cannot; one only shows what is large.
 * An array of chunks that make up one snapshot is one source.
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

/**
 * Functions or stacks at which objects were allocated: of a recording of allocations (`.heaptimeline`), a snapshot taken while
 * they were tracked, or a sampling profile (`.heapprofile`, of `node --heap-prof`, DevTools or `HeapProfiler.stopSampling`);
 * of two, what changed from the first to the second. Functions are compared by name, script, line and column, so the two may be
 * of different processes. The sums are those of DevTools' Allocation tab and of its view of sampling profiles, but recursion
 * counts once in totals. Profiles may have 512 MB, decompressed; they are read on the event loop, about 0.04 s a megabyte.
 * Rejects with `ERR_INVALID_QUERY` for two recordings of different kinds.
 * @example
 * const { functions } = await allocations('app.heapprofile', { sort: 'totalSize' });
 * @example
 * console.log(await allocations(['before.heapprofile', 'after.heapprofile'], { by: 'stack', format: 'text' }));
 */
export function allocations(recording: Snapshot | Source | readonly (Snapshot | Source)[], options: AllocationOptions & { format: 'text' | 'markdown' }): Promise<string>;
export function allocations(recording: Snapshot | Source | readonly (Snapshot | Source)[], options?: AllocationOptions): Promise<AllocationPage>;

/** What `capture()` checks before it begins. All sizes are in bytes. */
export interface Preflight {
  /** Whether `estimate` is within `available`. */
  fits: boolean;
  /**
   * Peak memory that V8 and the graph need, an upper bound: at most three times the actual cost for ordinary programs,
   * six times where large strings or numbers fill the heap. From the second capture of a thread on: the cost of the last
   * capture plus that of everything added since, at most 1.5 times the actual cost. docs/capture.md has the table and
   * the exceptions.
   */
  estimate: number;
  /**
   * Whether V8 counted its objects for the estimate: on the main thread, if the inspector may be used and 1.5 times the
   * heap is left. It costs a garbage collection and about a tenth of a capture's time, with large Maps and Sets two tenths
   * more. Otherwise `estimate` is 22 to 34 bytes for each byte of heap.
   */
  counted: boolean;
  /** Memory left by the tightest limit; `null` if no limit is known. */
  available: number | null;
  limitedBy: MemoryLimit['by'] | null;
  /** Heap in use of the captured thread, including garbage. */
  heapUsed: number;
  /** V8's own limit; `null` where it is unknown, as of Deno. The memory a capture needs is outside the heap and does not count against it. */
  heapLimit: number | null;
  rss: number;
  /** Tightest first. */
  limits: MemoryLimit[];
  /** The control group with the least memory left, of all levels up to the mount point. */
  cgroup: { version: 1 | 2; path: string; limit: number; current: number; available: number } | null;
  /** What could not be determined, and why; under Node's permission model, files that may not be read. */
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
  /**
   * How long this thread was stopped, in milliseconds: counting, V8's work and returning memory. Of another process: the time
   * from the request to the last byte, which is a little more.
   */
  pauseMs: number;
  /** With a worker: milliseconds it took to answer, including its own pause. */
  workerMs: number | null;
  /** Resident memory of the process in bytes, including the analysis; `null` for snapshots of another process. */
  rss: { before: number; peak: number; after: number } | null;
  /** `null` for `parse(v8.getHeapSnapshot())`, where V8 has already begun, and for pages. */
  preflight: Preflight | null;
  /** Where it was written. */
  file: string | null;
}

export interface CaptureOptions extends ParseOptions {
  /**
   * Capture another program instead, as {@link attach} does: the id of a process, a port or an address. Not with `worker`,
   * `cooldown`, `allocations`, `forgetIds`, `exposeInternals` or `exposeNumericValues`.
   */
  target?: string | number | URL;
  /** With `target`: text in the title, address, kind or id of the program. @default the only program there */
  select?: string;
  /** With `target`: attach to another machine. @default false */
  allowRemote?: boolean;
  /** Capture this worker instead. It continues when it has taken its snapshot; this thread reads it. */
  worker?: import('node:worker_threads').Worker;
  /** Capture even if memory may not suffice. @default false */
  force?: boolean;
  /** Minimum time since the last capture of the process, in milliseconds; sooner rejects with `ERR_COOLDOWN`. @default 0 */
  cooldown?: number;
  /**
   * Write the snapshot to this file too, compressed if its name ends in `.gz` or `.zst`. The file appears only when it
   * is complete, even if the process is killed.
   */
  file?: string | URL;
  /** Resolve with `report()` of the snapshot, and close it. @default false */
  report?: boolean | ReportOptions;
  /**
   * Track where objects are allocated, from now on and until {@link AllocationTracking.stop}: captures then have the stacks of
   * what was allocated since tracking began, so the first of them has next to none. With `forMs` tracking lasts that long,
   * in milliseconds, before the capture, and ends with it unless it ran before. Of this thread; not with `worker` or `forgetIds`.
   * See {@link trackAllocations} for what it costs.
   * @default false
   */
  allocations?: boolean | {
    /** Milliseconds, at least 0. @default until tracking is stopped */
    forMs?: number;
  };
  /**
   * Drop V8's table of object ids afterwards: about 75 bytes an object, kept since the first snapshot so that
   * snapshots can be compared. Later snapshots cannot be compared with this one then. @default false
   */
  forgetIds?: boolean;
  /** Passed to V8. @default false */
  exposeInternals?: boolean;
  /** Passed to V8. @default false */
  exposeNumericValues?: boolean;
}

/**
 * Takes a snapshot of the running process and analyses it, without a file and without holding the JSON. V8 stops the
 * thread for `snapshot.capture.pauseMs`, about a second for half a million objects; the analysis runs on other threads.
 * Only one capture runs at a time in a process.
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

/** Allocations are tracked until it is stopped. */
export interface AllocationTracking extends Disposable {
  /** Later snapshots lack stacks. May be called again. */
  stop(): void;
}

export interface AttachOptions {
  /** Aborting rejects with `signal.reason` and leaves the target as it was. */
  signal?: AbortSignal;
  /**
   * Text in the title, address, kind (`node`, `worker`, `page`, `iframe` …) or id of the program, where a process or port has
   * several; case does not matter. Workers are found by it only. @default the only program there
   */
  select?: string;
  /** Attach to another machine. Inspectors have neither a password nor encryption: prefer a tunnel. @default false */
  allowRemote?: boolean;
  /** Take snapshots even if the target's memory may not suffice. @default false */
  force?: boolean;
  /** Size limit of a snapshot in bytes; beyond it `snapshot()` rejects with `ERR_TOO_LARGE`. @default Infinity */
  maxBytes?: number;
  /** Hides contents as in {@link ParseOptions.redact}, with one key for all snapshots. @default false */
  redact?: boolean | Pick<RedactOptions, 'key'>;
}

export interface AttachedSnapshotOptions extends JobOptions {
  /** Write the snapshot to this file too, as {@link CaptureOptions.file}. */
  file?: string | URL;
  /** Take it even if the target's memory may not suffice. @default that of attach() */
  force?: boolean;
}

/** What is attached to. */
export interface AttachedTarget {
  kind: 'node' | 'worker' | 'page' | 'iframe' | (string & {});
  title: string;
  /** Of the script or page; `''` if unknown. */
  url: string;
  /** Id of the process, of this machine if it runs here; for pages that of the browser. `null` if unknown. */
  pid: number | null;
  /** `Node.js 24.1.0`, `Deno 2.9.6`; `null` for pages. */
  version: string | null;
}

/** A program that is attached to. Its objects keep their ids until `close()`, so that snapshots can be compared. */
export interface Attachment {
  readonly target: AttachedTarget;
  /**
   * Takes a snapshot, during which the target's thread stands still: about a second for half a million objects. Before that
   * it checks the target's memory as `capture()` does, and rejects with `ERR_NOT_ENOUGH_MEMORY`. Rejects with
   * `ERR_TARGET_ENDED`, `ERR_TIMEOUT` or `ERR_PROTOCOL` if the target does not deliver it; there is no file then.
   */
  snapshot(options?: AttachedSnapshotOptions): Promise<Snapshot>;
  /** Bytes of heap in use, garbage included, and resident memory, `null` if the process is on another machine. Runs no code in the target. */
  memory(): Promise<{ heapUsed: number; rss: number | null }>;
  /** Leaves the target, and closes its inspector if `attach` has opened it. Snapshots stay open. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Attaches to another program without changing it: Node.js by the id of its process, where SIGUSR1 opens the inspector on
 * this machine and `close()` closes it, and anything with V8's inspector by port or address: `--inspect` of Node.js, Deno and
 * Electron, `--remote-debugging-port` of Chromium. See docs/attach.md.
 *
 * ```js
 * const target = await attach(4711);                    // or 9229, 'localhost:9229', 'ws://…', 'http://localhost:9222/json'
 * const snapshots = [];
 * for (const wait of [60_000, 60_000, 0]) {
 *   snapshots.push(await target.snapshot());
 *   await new Promise((resolve) => setTimeout(resolve, wait));
 * }
 * await target.close();
 * console.log(await report(snapshots, { format: 'text' }));
 * ```
 *
 * Rejects with `ERR_NO_TARGET` if nothing can be attached to, and with `ERR_REMOTE_ADDRESS` for other machines.
 */
export function attach(target: string | number | URL, options?: AttachOptions): Promise<Attachment>;

/**
 * Tracks where objects are allocated in this thread, so that later snapshots of it, by `capture()` or otherwise, have the
 * stacks: {@link Snapshot.allocations}, {@link Suspect.allocatedAt}. If allocations are tracked already, returns the same
 * object. While it lasts no code of the process is optimised, because functions that V8 has inlined are missing from its stacks:
 * code that does nothing but allocate runs 15 to 35 times slower. Takes 0.1 to 0.25 s to start and about 15 MB, and 60 to 70 MB for a million objects that
 * are alive.
 * Keeps the process alive until it is stopped. See docs/capture.md.
 * @throws {HeaprayError} `ERR_NOT_SUPPORTED` without the inspector, such as under `--permission` without `--allow-inspector`.
 * @example
 * const tracking = trackAllocations();
 * await work();
 * using snapshot = await capture();
 * tracking.stop();
 * console.log((await snapshot.allocations({ by: 'stack', sort: 'liveSize' })).stacks);
 */
export function trackAllocations(): AllocationTracking;

export interface WatchOptions {
  /** Called with every report. If it throws, `onError` is called. */
  onReport: (event: WatchEvent) => void | Promise<void>;
  /** Called with errors, such as `ERR_NOT_ENOUGH_MEMORY`. @default a process warning */
  onError?: (error: unknown) => void | Promise<void>;
  /** Milliseconds between two samples of heap and resident memory, above 0. @default 10000 */
  intervalMs?: number;
  /** Samples in a window, 1 to 100; a window counts as its minimum. @default 6 */
  windowSamples?: number;
  /** Number of successive windows that must have risen, 1 to 100. @default 3 */
  windows?: number;
  /** Bytes by which they must have risen in total, above 0. @default 10000000 */
  minGrowthBytes?: number;
  /** Share of a limit (of a control group, the address space or V8) at which the limit counts as near: above 0 and at most 1. @default 0.8 */
  limitShare?: number;
  /** Minimum time between two captures for growth, in milliseconds; captures for limits do not wait. @default 600000 */
  minIntervalMs?: number;
  /** Maximum number of captures, above 0, not counting refused ones and the baseline. @default 24 */
  maxCaptures?: number;
  /** Snapshots to keep and compare, 1 to 100. @default 3 */
  keep?: number;
  /** Folder for the snapshots; without it they stay in native memory, about 100 bytes an object. */
  dir?: string | URL;
  /** Size limit of {@link WatchEvent.json} in bytes, at least 1000. @default 16384 */
  maxBytes?: number;
  /** As in {@link CaptureOptions}. @default false */
  force?: boolean;
  /** As in {@link CaptureOptions}. @default false */
  redact?: CaptureOptions['redact'];
  /** As in {@link Mapped}. Maps are read by this process, which is short of memory then. @default 'off' */
  sourceMaps?: 'auto' | 'off' | (string & {}) | URL;
}

export interface WatchEvent {
  report: Report;
  /** The report within `maxBytes` bytes of UTF-8; lists are shortened, verdict and first suspect stay. */
  json: string;
  /** Fingerprint of the first suspect; `null` without suspects. */
  fingerprint: string | null;
  trigger: {
    reason: 'heap growth' | 'rss growth' | 'limit' | 'asked';
    /** The limit with reason `limit`: it is near, or a capture would soon no longer fit. */
    limit?: Omit<MemoryLimit, 'by'> & { by: MemoryLimit['by'] | 'V8 heap' };
    heapUsed?: number;
    rss?: number;
  };
  /** Number of snapshots that were compared; fewer than kept if memory does not suffice to open all. */
  compared: number;
  /** `null` if no capture fits any more and the report is of the snapshots so far; `refused` says why. */
  capture: CaptureInfo | null;
  /** Where the resident memory of the process is, at the time of the capture or, without one, of the report. */
  memory: ProcessMemory;
  refused: HeaprayError | null;
  /** Snapshots on disk, oldest first. */
  files: string[];
}

export interface Watcher {
  /** Stops watching and frees snapshots kept in memory; files stay. */
  stop(): void;
  /** Captures now, or joins a running capture. Resolves when it is reported. */
  captureNow(): Promise<void>;
}

/**
 * Watches this thread's memory; captures and reports when it grows and stays grown, nears a limit, or a capture would soon
 * no longer fit. In a container it captures once at the start, for comparison and without a report. Does not keep the
 * process alive and never throws later.
 * @example
 * const watcher = watch({ dir: '/var/tmp/heapray', onReport: ({ json, fingerprint }) => log.warn(json, fingerprint) });
 */
export function watch(options: WatchOptions): Watcher;

/** Version of heapray. */
export const version: string;
