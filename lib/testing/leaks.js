'use strict';

// What grew → what leaks: growth with a holder and a place in the source, less what the test allows.

const { matches } = require('./names.js');
const { fromTest } = require('./path-text.js');
const { isRecord } = require('./records.js');
const { nameScripts } = require('./scripts.js');

/** The name of a leak of bytes without objects: one buffer, array or text that gets longer. */
const HEAP = '(heap)';

/**
 * @typedef {object} Leak
 * @property {string} className
 * @property {number[]} addedCount objects that each round added
 * @property {number[]} addedBytes bytes that they retain
 * @property {string | null} path
 * @property {{ className: string, path: string } | null} holder
 * @property {object | null} source
 * @property {{ name: string, source: object | null }[]} functions
 * @property {string | null} kind
 * @property {string | null} advice
 */

/** @returns {Promise<Leak[]>} */
async function findLeaks(series, options) {
  const { classes, maxGrowth } = options;
  const suspects = await series.grownSuspects();
  const grown = await series.mayHaveGrown();
  const found =
    classes === undefined
      ? [...suspects.map(ofSuspect).filter(({ path }) => !isRecord(path)), ...(await unexplained(series, grown, suspects))]
      : await ofClasses(series, grown.filter(({ className }) => classes.some((each) => matches(each, className))), suspects);
  // What is ignored may be a script.
  nameScripts(found);
  const leaks = found.filter((leak) => !isTolerated(leak, options));
  if (leaks.length > 0 || maxGrowth === undefined) return leaks;
  return ofBytes(series, maxGrowth);
}

/** Whether the test says that this may grow. */
function isTolerated({ className, addedCount, addedBytes, path, holder, source }, { allow, ignore, maxGrowth }) {
  const isAllowed = ({ pattern, most }) => matches(pattern, className) && addedCount.every((count) => count <= most);
  const texts = [className, path, holder?.path, source?.script].filter((text) => typeof text === 'string');
  const isIgnored = (pattern) => texts.some((text) => matches(pattern, text));
  const isSmall = maxGrowth !== undefined && addedBytes.some((bytes) => bytes <= maxGrowth);
  return isSmall || allow.some(isAllowed) || ignore.some(isIgnored);
}

function ofSuspect({ className, addedCount, addedBytes, path, holder, source, functions, kind, advice }) {
  return {
    className,
    addedCount,
    addedBytes: addedBytes ?? [],
    path: fromTest(path),
    holder: { className: holder.className, path: fromTest(holder.path) },
    source: source ?? functions.find((each) => each.source !== null)?.source ?? null,
    functions,
    kind,
    advice,
  };
}

/** A class that grew, held in one way. */
function ofClass({ className, addedCount, addedBytes, source }, path) {
  const text = path === undefined ? null : fromTest(path.text);
  return { className, addedCount, addedBytes, source, path: text, holder: null, functions: [], kind: null, advice: null };
}

/** Classes that grew although none of the suspects holds their objects. */
async function unexplained(series, grown, suspects) {
  const leaks = [];
  for (const growth of grown) {
    if (suspects.some(({ className }) => className === growth.className)) continue;
    const paths = await series.grownPaths(growth.className);
    const left = paths.filter((path) => !suspects.some((suspect) => isBehind(suspect, path)));
    const accused = left.find(({ text }) => !isRecord(fromTest(text)));
    if (accused !== undefined) leaks.push(ofClass(growth, accused));
    // Objects that only V8's tables lead to are parts of what the suspects hold, if there are any.
    else if (growth.isCertain && paths.length === 0 && suspects.length === 0) leaks.push(await ofReferrers(series, growth));
  }
  return leaks;
}

/** Whether a path to objects goes through, or down to, what a suspect is, or through its holder. */
function isBehind(suspect, { text, steps }) {
  return (
    steps.some(({ id, className }) => id === suspect.holder.id || className === suspect.className) ||
    leadsTo(suspect.holder.path, text) ||
    leadsTo(text, suspect.path)
  );
}

/** Whether a path goes on where another ends, which `items` does not where `itemsSeen` begins. */
function leadsTo(path, longer) {
  return longer.startsWith(path) && !/^[\p{ID_Continue}$]/u.test(longer.slice(path.length));
}

/** Growth of the classes that the test asks about, whatever else leaks. */
async function ofClasses(series, grown, suspects) {
  const leaks = [];
  for (const growth of grown) {
    const known = suspects.filter(({ className }) => className === growth.className);
    if (known.length > 0) leaks.push(...known.map(ofSuspect));
    else {
      const [path] = await series.grownPaths(growth.className);
      if (growth.isCertain || path !== undefined) leaks.push(ofClass(growth, path));
    }
  }
  return leaks;
}

/** Growth that no path explains, with what refers to the new objects. */
async function ofReferrers(series, growth) {
  return withHolder(growth, (await series.referrers(growth.className))[0]);
}

/** Growth of the heap as a whole. */
async function ofBytes(series, maxGrowth) {
  const addedBytes = series.grownBytes();
  if (addedBytes.some((bytes) => bytes <= maxGrowth)) return [];
  return [withHolder({ className: HEAP, addedCount: [], addedBytes, source: null }, (await series.grownObjects())[0])];
}

function withHolder(growth, holder) {
  const leak = ofClass(growth);
  if (holder === undefined) return leak;
  const path = fromTest(holder.path);
  return { ...leak, path, holder: { className: holder.className, path } };
}

module.exports = { HEAP, findLeaks };
