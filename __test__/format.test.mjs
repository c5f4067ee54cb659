// Formatting is pure, so every rule is tested with literal values.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';

const require = createRequire(import.meta.url);
const { formatError } = require('../lib/format/error.js');
const { nodeLabel, referenceLabel, sourceLabel } = require('../lib/format/labels.js');
const numbers = require('../lib/format/numbers.js');
const { formatReport } = require('../lib/format/report.js');
const { formatDiff } = require('../lib/format/diff.js');
const { formatNodes } = require('../lib/format/nodes.js');
const { fit, heap, words, wrap } = require('../lib/format/spans.js');
const { displayWidth, quoted, takeEnd, takeStart, visible } = require('../lib/format/text.js');

const plain = (spans) => spans.map(({ text }) => text).join('');

describe('numbers', () => {
  test('sizes are decimal with one decimal below 100, as DevTools prints them', () => {
    const expected = [
      [0, '0 B'], [1, '1 B'], [999, '999 B'], [1000, '1.0 kB'], [1234, '1.2 kB'], [99_949, '99.9 kB'], [99_950, '100 kB'],
      [123_456, '123 kB'], [1_234_567, '1.2 MB'], [43_200_000, '43.2 MB'], [2_330_000_000, '2.3 GB'], [5e12, '5.0 TB'],
      [2 ** 53 - 1, '9.0 PB'], [-1500, '-1.5 kB'],
    ];
    for (const [bytes, text] of expected) assert.equal(numbers.formatBytes(bytes), text);
  });

  test('a size never reads 1000 of a unit', () => {
    assert.equal(numbers.formatBytes(999_499), '999 kB');
    assert.equal(numbers.formatBytes(999_500), '1.0 MB');
    assert.equal(numbers.formatBytes(999.6), '1.0 kB');
    assert.equal(numbers.formatBytes(999_999_999), '1.0 GB');
  });

  test('counts have separators, growth has a sign', () => {
    assert.equal(numbers.formatCount(1234567), '1,234,567');
    assert.equal(numbers.formatCount(999), '999');
    assert.equal(numbers.formatCountDelta(1000), '+1,000');
    assert.equal(numbers.formatCountDelta(-1000), '-1,000');
    assert.equal(numbers.formatCountDelta(0), '0');
    assert.equal(numbers.formatBytesDelta(2_000_000), '+2.0 MB');
  });

  test('a share too small to show is not shown as zero', () => {
    assert.equal(numbers.formatPercent(0), '0.0%');
    assert.equal(numbers.formatPercent(0.01), '<0.1%');
    assert.equal(numbers.formatPercent(61.234), '61.2%');
    assert.equal(numbers.formatPercent(100), '100.0%');
  });

  test('distances of roots and of unreachable objects are those of DevTools', () => {
    assert.deepEqual([4, 0, 1e8, 200_000_003, -5].map(numbers.formatDistance), ['4', '0', '-', '-', '-']);
  });

  test('bars grow by eighths and stay within their cells', () => {
    assert.equal(numbers.formatBar(0, 20), '');
    assert.equal(numbers.formatBar(1e-9, 20), '▏');
    assert.equal(numbers.formatBar(0.5, 4), '██');
    assert.equal(numbers.formatBar(2, 4), '████');
  });
});

describe('hostile text', () => {
  test('escape sequences, control characters and direction overrides become visible escapes', () => {
    assert.equal(visible('\u001b[31mred'), '\\x1b[31mred');
    assert.equal(visible('\u009b2J'), '\\x9b2J');
    assert.equal(visible('a\nb\tc\0\u007f'), 'a\\nb\\tc\\0\\x7f');
    assert.equal(visible('\u202egpj.exe\u2066'), '\\u202egpj.exe\\u2066');
    assert.equal(visible('\u2028\ufeff'), '\\u2028\\ufeff');
    assert.equal(visible('\u{e0041}'), '\\u{e0041}');
  });

  test('lone surrogates are escaped, pairs and scripts stay', () => {
    assert.equal(visible('\ud83d!'), '\\ud83d!');
    assert.equal(visible('\ude00'), '\\ude00');
    assert.equal(visible('😀 日本語 नमस्ते'), '😀 日本語 नमस्ते');
  });

  test('every code point below U+0300 that a terminal interprets is escaped', () => {
    for (let code = 0; code < 0x300; code += 1) {
      const shown = visible(String.fromCharCode(code));
      assert.doesNotMatch(shown, /[\x00-\x1f\x7f-\x9f\xad]/);
    }
  });

  test('a text of a million characters is truncated before it is processed', () => {
    assert.equal(visible('x'.repeat(1e6)).length, 4097);
    assert.equal(visible(`${'x'.repeat(4095)}${'😀'.repeat(10)}`), `${'x'.repeat(4095)}…`);
    assert.ok(quoted('"'.repeat(1e6)).length < 5000);
  });

  test('combining marks on one letter are limited', () => {
    assert.ok(visible(`a${'\u0301'.repeat(1000)}`).length < 20);
  });
});

describe('width', () => {
  test('is counted in cells of a terminal', () => {
    assert.equal(displayWidth('abc'), 3);
    assert.equal(displayWidth('日本'), 4);
    assert.equal(displayWidth('é'), 1);
    assert.equal(displayWidth('e\u0301'), 1);
    assert.equal(displayWidth('👩‍👩‍👧‍👦'), 2);
    assert.equal(displayWidth('😀'), 2);
    assert.equal(displayWidth('█▏…─'), 4);
  });

  test('cutting never splits a character, whatever the width', () => {
    const text = 'a😀é日👩‍👩‍👧‍👦e\u0301z';
    for (let width = 0; width <= 12; width += 1) {
      for (const part of [takeStart(text, width), takeEnd(text, width)]) {
        assert.ok(displayWidth(part) <= width);
        assert.ok(part.isWellFormed?.() ?? !/[\ud800-\udfff]/u.test(part));
        assert.ok(text.includes(part));
      }
    }
  });

  test('truncates at the start, middle or end, and keeps the id after a name', () => {
    const spans = [heap('abcdefghij')];
    assert.equal(plain(fit(spans, 10)), 'abcdefghij');
    assert.equal(plain(fit(spans, 5, 'end')), 'abcd…');
    assert.equal(plain(fit(spans, 5, 'start')), '…ghij');
    assert.equal(plain(fit(spans, 5, 'middle')), 'ab…ij');
    assert.equal(plain(fit([heap('LongClassName'), words(' '), heap('@7', 'id')], 8, 'first')), 'Long… @7');
  });

  test('wrapping loses nothing that fits and cuts the middle of the rest', () => {
    const long = 'abcdefghij'.repeat(3);
    assert.equal(wrap([heap(long)], 12, 9).map(plain).join(''), long);
    const lines = wrap([heap(long)], 5, 3).map(plain);
    assert.ok(lines.length <= 3 && lines.every((line) => line.length <= 5));
    assert.ok(lines[0].startsWith('abc') && lines.at(-1).endsWith('j') && lines.join('').includes('…'));
  });
});

describe('wrapping of paths', () => {
  test('ends lines before a step', () => {
    const lines = wrap([heap('server.handler → context.sessions[3].history')], 22, 3).map(plain);
    assert.deepEqual(lines, ['server.handler →', ' context.sessions[3]', '.history']);
  });

  test('breaks a step rather than exceeding the lines', () => {
    for (let width = 4; width < 40; width += 1) {
      const lines = wrap([heap('server.handler → context.sessions[3].history.aVeryLongPropertyNameIndeed.x')], width, 3).map(plain);
      assert.ok(lines.length <= 3 && lines.every((line) => displayWidth(line) <= width), `${width}: ${lines}`);
    }
  });
});

describe('labels', () => {
  const node = { id: 7, type: 'object', name: 'Session', className: 'Session', detached: false };

  test('nodes are decorated by type', () => {
    const label = (type, name) => plain(nodeLabel({ ...node, type, name }, { showStrings: true }));
    assert.equal(label('object', 'Session'), 'Session @7');
    assert.equal(label('closure', 'handle'), 'handle() @7');
    assert.equal(label('closure', ''), '(anonymous)() @7');
    assert.equal(label('regexp', 'a+'), '/a+/ @7');
    assert.equal(label('array', ''), '(internal array)[] @7');
    assert.equal(label('string', 'say "hi"\n'), '"say \\"hi\\"\\n" @7');
    assert.equal(plain(nodeLabel({ ...node, detached: true })), 'Detached Session @7');
  });

  test('contents of strings are hidden by default', () => {
    for (const type of ['string', 'concatenated string', 'sliced string']) {
      assert.equal(plain(nodeLabel({ ...node, type, name: 'password' })), `(${type}) @7`);
      assert.equal(plain(nodeLabel({ ...node, type, name: '(8 characters)' })), `(${type}, 8 characters) @7`);
    }
  });

  test('references read like code', () => {
    const label = (type, name) => referenceLabel({ type, name }).text;
    assert.equal(label('property', 'cache'), '.cache');
    assert.equal(label('property', 'odd name'), '["odd name"]');
    assert.equal(label('element', 3), '[3]');
    assert.equal(label('context', 'user'), 'variable user');
    assert.equal(label('internal', 'map'), '[[map]]');
    assert.equal(label('internal', '12 / part of key (Foo @3) -> value (secret @4) pair in WeakMap (table @5)'), 'WeakMap entry of key Foo @3');
  });

  test('sources without a script name have the id of the script', () => {
    assert.equal(plain(sourceLabel({ script: '/a.js', scriptId: 4, line: 1, column: 2 })), '/a.js:1:2');
    assert.equal(plain(sourceLabel({ script: null, scriptId: 4, line: 1, column: 2 })), 'script 4:1:2');
    assert.deepEqual(sourceLabel(null), []);
  });
});

const HOSTILE = '\u001b[31m`|``<img src=x>@octocat\u202e\n# title';

function row(overrides = {}) {
  return {
    id: 123, type: 'object', name: HOSTILE, className: HOSTILE, selfSize: 104, retainedSize: 25_300_000, percent: 61.2, ratio: 2,
    edgeCount: 3, distance: 4, detached: false, source: { script: HOSTILE, scriptId: 1, line: 1, column: 2 }, ...overrides,
  };
}

const SUSPECT = {
  className: HOSTILE, kind: 'map', reason: `${HOSTILE} grew in every interval, held by ${HOSTILE}.cache.`, advice: 'Delete entries.',
  count: 1000, bytes: 25_300_000, percent: 61.2, addedCount: [500, 400], addedBytes: [12_000_000, 11_000_000],
  holder: { id: 9, className: HOSTILE, name: HOSTILE, count: 1, retainedSize: 26e6, path: `${HOSTILE}.cache`, source: null },
  path: HOSTILE.repeat(100), source: { script: HOSTILE, scriptId: 1, line: 1, column: 2 },
  functions: [{ name: HOSTILE, source: { script: HOSTILE, scriptId: 1, line: 1, column: 2 } }],
  sampleIds: [5, 7], freedIfReleased: 25_000_000,
  otherHolders: [{ id: 11, className: HOSTILE, count: 3, path: `${HOSTILE}.list`, source: null }], freedIfAllRelease: 25_300_000, confidence: 'medium', fingerprint: '0123456789abcdef',
};

const REPORT = {
  schemaVersion: 1,
  kind: 'report',
  verdict: `${HOSTILE} probably leaks: ${SUSPECT.reason}`,
  suspects: [SUSPECT],
  inconclusive: [],
  ignoredGrowth: [],
  outside: {
    resident: { before: 50e6, after: 400e6, added: [350e6] },
    isNotable: true,
    buckets: [
      { bucket: 'mallocInUse', label: 'malloc in use', bytes: { before: 5e6, after: 345e6, added: [340e6] }, missing: null, advice: 'Look at native addons.' },
      { bucket: 'mappedFiles', label: 'mapped files', bytes: { before: 45e6, after: 45e6, added: [0] }, missing: null, advice: null },
      { bucket: 'v8', label: 'V8', bytes: { before: 1, after: 1, added: [0] }, missing: null, advice: null },
      { bucket: 'mallocFree', label: 'freed', bytes: null, missing: 'no mallinfo2', advice: null },
    ],
    threads: null,
    resources: [{ type: HOSTILE, before: 0, after: 4000, added: [4000] }],
  },
  byPackage: [{ name: HOSTILE, count: 3, retainedSize: 100, percent: 1 }, { name: null, count: 1, retainedSize: 10, percent: 0.1 }],
  collections: [
    { id: 4, className: 'Map', elements: 3, fillRatio: 0.5, elementClasses: [{ name: HOSTILE, count: 3 }], selfSize: 8, retainedSize: 100, percent: 1, path: HOSTILE },
  ],
  totals: { nodes: 383102, edges: 1912332, strings: 40123, size: 43_200_000 },
  statistics: { total: 43_200_000, native: { total: 3e6, typedArrays: 2e6 }, v8heap: { total: 40_200_000, code: 4e6, jsArrays: 1e6, strings: 20e6, system: 2e6 } },
  classes: [{ index: 0, name: HOSTILE, count: 1000, distance: 4, selfSize: 104_000, retainedSize: 25_300_000, percent: 61.2, source: null }],
  biggest: [{ ...row(), path: HOSTILE.repeat(100) }, { ...row({ type: 'string', name: 'the password' }), path: null }],
  duplicatedStrings: { total: 1, wasted: 100, strings: [{ value: 'the password', count: 2, selfSize: 200, retainedSize: 200, wasted: 100, length: 12, truncated: false, ids: [5, 7] }] },
  detached: { count: 1, selfSize: 104, nodes: [row({ detached: true })] },
  skipped: [HOSTILE],
};

const DIFF = {
  schemaVersion: 1, kind: 'diff', mode: 'grown', total: 2, sameProcess: false,
  before: { nodes: 10, size: 1000 }, after: { nodes: 20, size: 3000 },
  nodes: [{ ...row(), retainedBefore: 0, retainedAfter: 5, growth: 5, path: HOSTILE }], next: 1,
};

const ANSWERS = {
  report: (options) => formatReport(REPORT, options),
  diff: (options) => formatDiff(DIFF, options),
  filter: (options) => formatNodes({ total: 1, selfSize: 104, mineOnly: false, nodes: [row()], next: null }, options),
};

for (const [name, format] of Object.entries(ANSWERS)) {
  describe(`text of ${name}`, () => {
    test('has no characters that a terminal interprets, and colours only on request', () => {
      assert.doesNotMatch(format({}), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
      const colored = format({ color: true });
      assert.match(colored, /\x1b\[/);
      assert.equal(colored.replace(/\x1b\[[\d;]*m/g, '').replace(/ +$/gm, ''), format({}));
    });

    test('is never wider than the terminal', () => {
      for (const width of [60, 80, 120, 200]) {
        for (const line of format({ width }).split('\n')) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
      }
    });

    test('lines end without blanks, the text with one line break', () => {
      assert.doesNotMatch(format({}), / $/m);
      assert.match(format({}), /[^\n]\n$/);
    });
  });

  describe(`Markdown of ${name}`, () => {
    test('keeps everything of the heap inside code spans', () => {
      const outside = withoutCode(format({ format: 'markdown' }));
      assert.doesNotMatch(outside, /@|<img|octocat|# title|\x1b/);
    });

    test('every row of a table has as many cells as its head', () => {
      const tables = format({ format: 'markdown' }).split('\n\n').filter((block) => block.startsWith('|'));
      for (const table of tables) {
        const cells = table.trim().split('\n').map((line) => line.split(/(?<!\\)\|/).length);
        assert.equal(new Set(cells).size, 1, table);
      }
    });
  });
}

/** Code spans by CommonMark's rule: a run of backticks up to the next run of the same length; and code elements of HTML. */
function withoutCode(markdown) {
  return markdown.replace(/<code>[^<`@]*<\/code>/g, '').replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
}

describe('report', () => {
  test('hides contents of strings by default, in every format', () => {
    for (const format of ['text', 'markdown']) {
      assert.doesNotMatch(formatReport(REPORT, { format }), /password/);
      assert.equal(formatReport(REPORT, { format, showStrings: true }).match(/password/g).length, 2);
    }
  });

  test('begins with the leak, its holder, source, certainty and advice', () => {
    const named = { ...SUSPECT, className: 'Session', path: 'cache[entry]', holder: { ...SUSPECT.holder, className: 'Map', path: 'cache' } };
    const text = formatReport({ ...REPORT, verdict: 'Session probably leaks.', suspects: [named] });
    const order = ['Verdict: Session probably leaks.', 'Suspects', '1,000 objects', 'Map @9: cache', 'cache[entry]', 'likely', 'Delete entries.', 'Memory by kind'];
    const places = order.map((part) => text.indexOf(part));
    assert.deepEqual(places, [...places].sort((a, b) => a - b), text);
    assert.ok(places.every((place) => place >= 0), text);
  });

  test('lists inconclusive suspects separately, and never as an alarm', () => {
    const filled = { ...SUSPECT, className: 'Template', path: 'cache[entry]' };
    const text = formatReport({ ...REPORT, verdict: 'Inconclusive', suspects: [], inconclusive: [filled] }, { color: false });
    assert.match(text, /Inconclusive\b.*a third snapshot tells which/);
    assert.match(text, /Template/);
    assert.doesNotMatch(text, /Suspects/);
  });

  test('keeps within a size, always with the same text', () => {
    const many = { ...REPORT, suspects: Array.from({ length: 50 }, () => SUSPECT), classes: Array.from({ length: 200 }, () => REPORT.classes[0]) };
    for (const format of ['text', 'markdown']) {
      for (const maxBytes of [1000, 2000, 5000, 20_000]) {
        const text = formatReport(many, { format, maxBytes });
        assert.ok(Buffer.byteLength(text) <= maxBytes, `${format} ${maxBytes}: ${Buffer.byteLength(text)}`);
        assert.match(text, /Verdict/);
        assert.equal(text, formatReport(many, { format, maxBytes }));
      }
    }
  });

  test('leaves out empty parts', () => {
    const text = formatReport({ ...REPORT, duplicatedStrings: { total: 0, wasted: 0, strings: [] }, detached: { count: 0, selfSize: 0, nodes: [] }, skipped: [] });
    assert.doesNotMatch(text, /Duplicated|Detached nodes|Skipped/);
  });

  test('lists resident memory with growth and advice, and leaves it out for files', () => {
    const text = formatReport(REPORT);
    assert.match(text, /Resident memory {2}400 MB of the process/);
    assert.match(text, /malloc in use +345 MB +\+340 MB\n/);
    assert.match(text, /freed +unknown: no mallinfo2/);
    assert.doesNotMatch(text, /V8 +1 B/);
    assert.match(text, /malloc in use: Look at native addons\./);
    assert.match(text, /Handles and requests: .* 4,000 \(\+4,000\)/);
    assert.doesNotMatch(formatReport({ ...REPORT, outside: null }), /Resident|Handles/);
  });

  test('an empty heap causes no division by zero', () => {
    const statistics = { total: 0, native: { total: 0, typedArrays: 0 }, v8heap: { total: 0, code: 0, jsArrays: 0, strings: 0, system: 0 } };
    const text = formatReport({ ...REPORT, totals: { nodes: 1, edges: 0, strings: 0, size: 0 }, statistics, classes: [], biggest: [] });
    assert.doesNotMatch(text, /NaN|Infinity|undefined/);
  });
});

describe('diff', () => {
  test('warns if the snapshots are of different processes', () => {
    assert.match(formatDiff(DIFF), /different processes/);
    assert.doesNotMatch(formatDiff({ ...DIFF, sameProcess: true }), /different processes/);
  });
});

describe('errors', () => {
  const error = (message, details) => Object.assign(new Error(message), details);

  test('are one paragraph with code, file, section, offset, expectation and hint', () => {
    const details = { code: 'ERR_TRUNCATED', section: 'nodes', offset: 200872, expected: 'a number', found: 'the end' };
    const text = formatError(error('the snapshot ends too early', details), 'app\n.heapsnapshot');
    assert.equal(
      text,
      'app\\n.heapsnapshot: the snapshot ends too early. At section nodes, byte 200872. Expected a number. Found the end. ' +
        'The file is incomplete: was the disk full, or the process killed while it wrote the snapshot? Copy it again or take it again. [ERR_TRUNCATED]',
    );
  });

  test('say no detail twice', () => {
    const details = { code: 'ERR_RANGE', section: 'edges', offset: 12, expected: 'a node', found: '9' };
    assert.equal(
      formatError(error('edges: expected a node, found 9 at byte 12', details), 'a'),
      'a: edges: expected a node, found 9 at byte 12. The file is damaged, or was not written by V8. [ERR_RANGE]',
    );
  });

  test('of the system name the file once', () => {
    const cause = error("ENOENT: no such file or directory, open '/x/a'", { code: 'ENOENT' });
    const io = error('cannot read /x/a: ENOENT', { code: 'ERR_IO', cause });
    assert.equal(formatError(io, 'a'), 'a: ENOENT: no such file or directory. [ERR_IO]');
  });
});
