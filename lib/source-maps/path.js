'use strict';

/** The steps of a path, and its text, with the names of the original source. */

const CONTEXT = /^ → context\.([^ .[(]+)(?: → (.*))?$/u;
const FUNCTION = /^(.*) → ([^→]*)$/su;
const FIELD = /^\.(#[^ .[(]+)$/u;
const SCOPE = 'system / Context';
const ANONYMOUS = '(anonymous function)';

/**
 * Changes a row with `steps`, and its `path` or `text`.
 * @param {{ steps: object[], path?: string | null, text?: string }} row
 * @param {{ mapper: import('./mapper.js').Mapper, sourceOf: (id: number) => object | undefined, setPlace: (source: object, place: object) => void }} context
 * @returns the last variable on the path, with its original name
 */
function mapPath(row, context) {
  const start = row.steps.findIndex(({ internal }) => !internal);
  if (start === -1) return undefined;
  const steps = row.steps.map((step, at) => readStep(row.steps, at, at === start, context));
  const begin = beginning(steps, start);
  const member = typeof row.text === 'string' ? 'text' : 'path';
  const text = typeof row[member] === 'string' ? pathText(row[member], row.steps, steps, begin) : undefined;
  if (text === undefined) return undefined;
  row[member] = text;
  for (const [at, { edge, bare, variable, className, nodeName }] of steps.entries()) {
    const step = row.steps[at];
    if (at >= start && at < begin && !step.internal) Object.assign(step, { internal: true, edge: bare ?? edge });
    else step.edge = at === begin ? (bare ?? edge) : edge;
    step.className = className;
    if (nodeName !== undefined) step.nodeName = nodeName;
    if (variable !== undefined && step.type === 'context' && step.name !== undefined) step.name = variable.name;
    if (variable !== undefined && step.source !== null) context.setPlace(step.source, variable.owner?.place ?? { script: variable.script, line: null, column: null });
  }
  return steps.findLast(({ variable }) => variable !== undefined)?.variable;
}

/** A path begins at the last variable of a module: where bundlers put functions around modules, the snapshot does not show it. */
function beginning(steps, start) {
  return Math.max(start, steps.findLastIndex(({ variable }) => variable !== undefined && variable.owner === undefined));
}

/** As {@link readPlainStep}; the text of a step to a part of a component may end with the component's name. */
function readStep(all, at, isStart, context) {
  const { [at]: step } = all;
  const { component } = step;
  if (component === undefined) return readPlainStep(step, all, at, isStart, context);
  const name = context.mapper.script(component.source)?.nameAt(component.source, component.name) ?? component.name;
  const [from, to] = [component.name, name].map((each) => ` (${each || 'anonymous'})`);
  if (!step.edge.endsWith(from)) return readPlainStep(step, all, at, isStart, context);
  const read = readPlainStep({ ...step, edge: step.edge.slice(0, -from.length) }, all, at, isStart, context);
  return { ...read, edge: read.edge + to };
}

/** @returns `edge`: its text; `bare`: its text where the path begins with it; `variable`: the one that it goes through */
function readPlainStep(step, all, at, isStart, context) {
  const { [at - 1]: previous } = all;
  const { edge, internal } = step;
  const own = ownSource(step, isStart, context);
  const renamed = (name) => context.mapper.script(own)?.nameAt(own, name) ?? name;
  const names = {
    className: own?.line != null ? renamed(step.className) : step.className,
    nodeName: step.nodeType === undefined || own?.line == null ? step.nodeName : renamed(step.nodeName),
  };
  if (internal) return { ...names, edge };
  if (isStart) return { ...names, ...readStart(step, all, at, context, renamed) };
  const [, name, called] = CONTEXT.exec(edge) ?? [];
  if (name !== undefined) {
    const variable = variableOf(name, all, at, context);
    const tail = called === undefined ? '' : ` → ${functionName(called, renamed)}`;
    const shown = variable?.name ?? name;
    return { ...names, edge: ` → context.${shown}${tail}`, bare: shown, variable };
  }
  const [, reference, inner] = step.className === 'Function' ? (FUNCTION.exec(edge) ?? []) : [];
  if (inner !== undefined) return { ...names, edge: `${reference} → ${functionName(inner, renamed)}` };
  return { ...names, edge: fieldText(edge, previous, context) };
}

function readStart({ edge, source }, all, at, context, renamed) {
  if (source !== null && source.line === null) {
    const variable = variableOf(edge, all, at, context);
    return { edge: variable?.name ?? edge, variable };
  }
  return { edge: renamed(edge) };
}

/** V8 has exported variables in cells of their own. */
function variableOf(name, all, at, context) {
  const { source } = all[at];
  const script = context.mapper.script(source);
  return at === 0 || all[at - 1].className === SCOPE ? script?.variable(name, source, functionInside(all, at, context)) : script?.exported(name);
}

/** The place of the function from whose scopes a step leads to a variable, and how many they are. */
function functionInside(all, at, { sourceOf }) {
  let above = at - 1;
  while (above >= 0 && all[above].className === SCOPE) above -= 1;
  const step = all[above];
  if (step?.className !== 'Function') return undefined;
  const own = sourceOf(step.id) ?? step.source;
  const isOfScript = own && own.line !== null && own.script === all[at].source?.script;
  return isOfScript ? { ...own, contexts: at - above - 1 } : undefined;
}

/** The place of the object that a step leads to, not of the variable. */
function ownSource({ id, edge, source }, isStart, { sourceOf }) {
  const isVariable = edge.startsWith(' → context.') || (isStart && source?.line === null);
  return isVariable ? sourceOf(id) : source;
}

function functionName(name, renamed) {
  const mapped = renamed(name === ANONYMOUS ? '' : name);
  return mapped === '' ? ANONYMOUS : mapped;
}

/** Bundlers shorten private names. */
function fieldText(edge, previous, { mapper, sourceOf }) {
  const [, field] = FIELD.exec(edge) ?? [];
  if (field === undefined || previous === undefined) return edge;
  const source = sourceOf(previous.id) ?? previous.source;
  if (!source || source.line === null) return edge;
  const name = mapper.script(source)?.field(field, source);
  return name === undefined ? edge : `.${name.replace(/^#?/, '#')}`;
}

/**
 * The text with the edges replaced one after the other. Where it counts repeated steps, or leaves out the middle, the
 * rest stays as it is.
 */
function pathText(text, before, steps, begin) {
  let at = 0;
  let mapped = '';
  for (const [i, { edge, internal }] of before.entries()) {
    if (internal) continue;
    if (!text.startsWith(edge, at)) {
      if (i <= begin) return undefined;
      break;
    }
    at += edge.length;
    if (i >= begin) mapped += i === begin ? (steps[i].bare ?? steps[i].edge) : steps[i].edge;
  }
  return mapped + text.slice(at);
}

module.exports = { mapPath };
