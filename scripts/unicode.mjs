// General categories of all characters, as this Node.js knows them → crates/core/src/query/categories.rs.
//
//   node scripts/unicode.mjs      with the newest Node.js, when Unicode has a new version

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/** In the order of their numbers in the table. */
const CATEGORIES = [
  ['Lu', 'Uppercase_Letter'], ['Ll', 'Lowercase_Letter'], ['Lt', 'Titlecase_Letter'], ['Lm', 'Modifier_Letter'], ['Lo', 'Other_Letter'],
  ['Mn', 'Nonspacing_Mark'], ['Mc', 'Spacing_Mark'], ['Me', 'Enclosing_Mark'],
  ['Nd', 'Decimal_Number'], ['Nl', 'Letter_Number'], ['No', 'Other_Number'],
  ['Pc', 'Connector_Punctuation'], ['Pd', 'Dash_Punctuation'], ['Ps', 'Open_Punctuation'], ['Pe', 'Close_Punctuation'],
  ['Pi', 'Initial_Punctuation'], ['Pf', 'Final_Punctuation'], ['Po', 'Other_Punctuation'],
  ['Sm', 'Math_Symbol'], ['Sc', 'Currency_Symbol'], ['Sk', 'Modifier_Symbol'], ['So', 'Other_Symbol'],
  ['Zs', 'Space_Separator'], ['Zl', 'Line_Separator'], ['Zp', 'Paragraph_Separator'],
  ['Cc', 'Control'], ['Cf', 'Format'], ['Cs', 'Surrogate'], ['Co', 'Private_Use'], ['Cn', 'Unassigned'],
];
const GROUPS = [
  ['L', 'Letter'], ['LC', 'Cased_Letter'], ['M', 'Mark'], ['M', 'Combining_Mark'], ['N', 'Number'], ['Nd', 'digit'],
  ['P', 'Punctuation'], ['P', 'punct'], ['S', 'Symbol'], ['Z', 'Separator'], ['C', 'Other'], ['Cc', 'cntrl'],
];
const PER_LINE = 14;

const isOf = (name) => new RegExp(`^\\p{${name}}$`, 'u');
const patterns = CATEGORIES.map(([name]) => isOf(name));
const categoryOf = (codePoint) => patterns.findIndex((pattern) => pattern.test(String.fromCodePoint(codePoint)));

function starts() {
  const found = [];
  let last = -1;
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (last >= 0 && patterns[last].test(String.fromCodePoint(codePoint))) continue;
    last = categoryOf(codePoint);
    found.push((codePoint * 32) + last);
  }
  return found;
}

/** The categories that a group is made of, as bits. */
function members(group) {
  const belongs = ([name]) => (group === 'LC' ? ['Lu', 'Ll', 'Lt'].includes(name) : name.startsWith(group));
  return CATEGORIES.reduce((bits, category, number) => (belongs(category) ? bits | (1 << number) : bits), 0);
}

const names = [...CATEGORIES.map((names) => [names, members(names[0])]), ...GROUPS.map((names) => [names, members(names[0])])];
const bits = new Map(names.flatMap(([both, mask]) => both.map((name) => [name, mask])));
const rows = (list) => Array.from({ length: Math.ceil(list.length / PER_LINE) }, (_, i) => `    ${list.slice(i * PER_LINE, (i + 1) * PER_LINE).join(', ')},`);

writeFileSync(
  path.join(root, 'crates/core/src/query/categories.rs'),
  `//! Name of a general category → the characters that have it. Made by \`scripts/unicode.mjs\`, of Unicode ${process.versions.unicode}.

/// The characters of a category, or of a group of them, as JavaScript calls it within \`\\p{…}\`.
pub(super) fn ranges(name: &str) -> Option<Vec<(char, char)>> {
    let (_, members) = NAMES.iter().find(|(known, _)| *known == name)?;
    let ends = STARTS[1..].iter().map(|&next| (next >> 5) - 1).chain([u32::from(char::MAX)]);
    let runs = STARTS.iter().zip(ends).filter(|(start, _)| members >> (*start & 31) & 1 != 0);
    // Surrogates are no characters.
    Some(runs.filter_map(|(start, end)| Some((char::from_u32(start >> 5)?, char::from_u32(end)?))).collect())
}

/// Names, and the categories that each stands for as bits.
const NAMES: [(&str, u32); ${bits.size}] = [
${[...bits].map(([name, mask]) => `    ("${name}", 0x${mask.toString(16)}),`).join('\n')}
];

/// Where a run of characters of one category starts, times 32, plus the category's number.
#[rustfmt::skip]
const STARTS: &[u32] = &[
${rows(starts().map((start) => `0x${start.toString(16)}`)).join('\n')}
];
`,
);
