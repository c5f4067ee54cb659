// Regular expressions in filters match the same texts as V8's.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { filter, parse } from '../index.js';
import { buildSnapshot, property, string, synthetic } from './support/build-snapshot.mjs';

const TEXTS = [
  '', 'a', 'A', 'aa', 'aaa', 'ab', 'aB', 'abab', 'b', 'ba', '-', 'a-b', 'a b', 'a\nb', 'a\r\nb', 'a\u2028b', ' a ', '\ta', '\u00a0', '\ufeff', '0', '42',
  'x1', '_x', '$x', 'a.b', 'a/b', 'a\\b', '[a]', '(a)', '{a}', 'a{2}', 'a{', '^a$', 'a|b', 'a,b', 'k', 'K', '\u212a', 's', '\u017f', 'ß', 'ẞ', 'ä', 'Ä',
  'σ', 'ς', 'Σ', 'İ', 'ı', 'ǅ', 'Ünï', 'Жар', 'жАР', '漢字', '٣', '½', 'Ⅷ', '\u0301', '€', '+', '“a”', '😀', 'a😀b', '\u0000', '\u001f', '\u007f', 'Foo.bar', 'foo-Bar',
  'Session', 'sessionStore', 'MySessions', 'https://a.example/b?c=d#e', 'C:\\temp', '\ue000', '\u{10ffff}',
];

const SOURCES = [
  'a', '^a', 'a$', '^a$', '^$', '', 'a|b', 'a||b', '^(a|b)$', '^(?:a|b)+$', '^(?<name>a)b', 'a*', '^a*$', '^a+?$', '^a??b', 'a{2}', '^a{2,}$', '^a{0,2}$', '^a{1}b{1}$',
  'a{', 'a{,2}', 'a{2', '{a}', '}', ']', '^]', '[a]', '[^a]', '[a-c]', '[^a-c]$', '[a-]', '[-a]', '[a\\-c]', '[]', '[^]', '^[^]$', '[[]', '[\\]]', '[a&&b]', '[\\b]', '\\[a\\]',
  '\\bb', '\\Bb', 'a\\b', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '^\\S+$', '^[\\w-]+$', '^[\\W]+$', '[\\s\\d]', '[^\\s\\d]', '[\\d-x]', '.', '^.$', '^..$', 'a.b', '^.+$',
  '\\t', '\\n', '\\r', '\\0', '\\cJ', '\\x41', '\\u0041', '[\\x41-\\x43]', '[\\u0430-\\u044f]', '\\/', '\\.', '\\\\', '\\$', 'k', 'K', 's', 'ß', 'ä', 'σ', 'Σ', 'ǆ', 'i', 'I',
  '[j-l]', '[^k]', '[A-Z]', '^[A-Z]+$', '[^A-Z]', '[α-ω]', 'session', '^session', 'sessions?$', '(foo|bar)', 'a(?:b(?:a(?:b)))', '((((a))))', '(a|ab)(c|bcd)?', '^(a+)+$', '(?:)',
  '^\\s*$', '漢', '[一-鿿]', '€|\\+',
];

/** Expressions with flag u only. */
const UNICODE = [
  '\\p{L}', '^\\p{L}+$', '\\P{L}', '^\\P{L}+$', '\\p{Lu}', '\\p{Ll}', '\\p{Lt}', '\\p{Letter}', '\\p{Uppercase_Letter}', '\\p{gc=Nd}', '\\p{General_Category=Number}', '\\p{Sc}', '\\p{Sm}', '\\p{Pi}',
  '\\p{M}', '\\p{Co}', '\\p{Cn}', '\\p{Cc}', '\\p{Zs}', '\\p{Any}', '\\p{ASCII}', '^\\p{ASCII}+$', '\\p{Assigned}', '[\\p{L}\\d]', '[^\\p{L}]', '^[\\p{Lu}\\p{Nd}]', '\\u{1f600}', '^[\\u{1f600}-\\u{1f64f}]$', '^.$',
];

let snapshot;
before(async () => {
  const texts = Object.fromEntries(TEXTS.map((text, i) => [`text${i}`, string(text, 16)]));
  const references = TEXTS.map((_, i) => property(`p${i}`, `text${i}`));
  snapshot = await parse(Buffer.from(buildSnapshot({ root: synthetic('', { references }), ...texts })));
});
after(() => snapshot.close());

/** Without flag u a character beyond 16 bits is two characters for V8, but one here. */
const isComparable = (text, flags) => flags.includes('u') || !/[\ud800-\udfff]/.test(text);

/** The texts that match, in heapray and in V8. */
async function compare(source, flags) {
  const pattern = new RegExp(source, flags);
  const expected = TEXTS.filter((text) => isComparable(text, flags) && pattern.test(text));
  const { nodes } = await filter(snapshot, { name: pattern, type: 'string', limit: TEXTS.length, sort: 'id', order: 'ascending', mineOnly: false });
  const found = nodes.map(({ name }) => name).filter((text) => isComparable(text, flags));
  assert.deepEqual(found, expected, String(pattern));
}

/** Sets to which V8 adds, with both flags, what differs from their characters in nothing but case; here cased letters are one. */
const isCased = (source) => /\{(Lu|Ll|Lt|Uppercase_Letter|ASCII)\}/.test(source);

for (const flags of ['', 'i', 's', 'u', 'iu']) {
  test(`expressions with ${flags ? `the flags ${flags}` : 'no flags'} match as in V8`, async () => {
    for (const source of flags.includes('u') ? [...SOURCES, ...UNICODE] : SOURCES) {
      if (isExpression(source, flags) && !(flags.includes('i') && isCased(source))) await compare(source, flags);
    }
  });
}

test('invalid expressions are refused', async () => {
  for (const regex of ['(', ')', 'a)', '(?', '(?<a', '[a', '[b-a]', '*', 'a**', '^*', '(?:a', 'a{2,1}', '\\', '(?x:a)', '\\p{Nonsense}', '\\p', '('.repeat(300) + ')'.repeat(300)]) {
    await assert.rejects(filter(snapshot, { name: { regex, flags: 'u' } }), { code: 'ERR_INVALID_QUERY' }, regex);
  }
});

test('groups may have options', async () => {
  const { nodes } = await filter(snapshot, { name: { regex: '^(?i:A)b(?-i:a)' }, type: 'string', mineOnly: false });
  assert.deepEqual(nodes.map(({ name }) => name), ['abab']);
});

/** Some are valid only without flag u: `a{`. */
function isExpression(source, flags) {
  try {
    return Boolean(new RegExp(source, flags));
  } catch {
    return false;
  }
}
