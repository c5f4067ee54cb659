'use strict';

/** The rows of answers. */

const isObject = (value) => typeof value === 'object' && value !== null;
const isSource = (value) => isObject(value) && 'scriptId' in value && 'script' in value;

/** All objects in an answer, outer ones first. */
function rowsOf(answer) {
  const rows = [];
  const rest = [answer];
  while (rest.length > 0) {
    const each = rest.pop();
    if (!isObject(each)) continue;
    if (!Array.isArray(each)) rows.push(each);
    const inner = each instanceof Map ? [...each.values()] : Object.values(each);
    for (const member of inner.reverse()) if (isObject(member)) rest.push(member);
  }
  return rows;
}

/** The member of a row that names a class whose place the answer does not tell. */
function nameWithoutPlace(row) {
  if (isSource(row.source) || 'edge' in row) return undefined;
  if (typeof row.className === 'string') return 'className';
  return typeof row.name === 'string' && ('countDelta' in row || /^name,count(,selfSize)?$/.test(Object.keys(row).join())) ? 'name' : undefined;
}

module.exports = { isSource, nameWithoutPlace, rowsOf };
