// What a report is worth: the leak named first and nobody else accused for certain; of a control nobody.

/** Which of the snapshots a report sees. */
export const SERIES = {
  three: (files) => files,
  two: (files) => [files[0], files.at(-1)],
  one: (files) => [files.at(-1)],
};

/**
 * @param {import('../../index.js').Report} report
 * @param {import('./services.mjs').Truth} truth
 * @param {keyof SERIES} series
 * @returns {{ isRight: boolean, text: string, isNamed: boolean, falselySure: number } | null} `null` where nothing can be asked.
 */
export function judge({ suspects }, truth, series) {
  if (truth.control) return judgeControl(suspects, truth, series);
  return series === 'one' && !truth.one ? null : judgeLeak(suspects, truth);
}

/** What a suspect is called in tables. */
export const described = ({ className, confidence }) => `${clip(className)} (${confidence})`;

function judgeLeak(suspects, truth) {
  const at = suspects.findIndex((suspect) => isLeak(suspect, truth));
  const wrong = suspects.filter((suspect) => suspect.confidence === 'high' && !isLeak(suspect, truth));
  const isNamed = at === 0;
  const place = isNamed ? 'named' : at > 0 ? `is no. ${at + 1}` : 'MISSED';
  const others = wrong.length === 0 ? '' : `, sure of ${list(wrong)}`;
  return { isRight: isNamed && wrong.length === 0, isNamed, falselySure: wrong.length, text: `${place}${others}` };
}

function judgeControl(suspects, truth, series) {
  const wrong = suspects.filter(({ confidence }) => {
    if (truth.bounded) return confidence === 'high';
    return series === 'three' || confidence !== 'low';
  });
  const falselySure = wrong.filter(({ confidence }) => confidence === 'high').length;
  const isRight = wrong.length === 0;
  return { isRight, isNamed: false, falselySure, text: isRight ? 'silent' : `ACCUSES ${list(wrong)}` };
}

function isLeak(suspect, truth) {
  const { held, what } = texts(suspect);
  return matches(truth.held, held) && matches(truth.what, what) && (truth.class === undefined || matches(truth.class, suspect.className));
}

/** A suspect in words: what holds it, and what it is. */
function texts({ className, path, holder, functions }) {
  return {
    held: [holder.className, holder.path, path].join(' | '),
    what: [className, path, ...functions.map(({ name }) => name)].join(' | '),
  };
}

const matches = (expression, text) => new RegExp(expression, 'i').test(text);

function list(suspects) {
  const shown = suspects.slice(0, 3).map(described).join(', ');
  return suspects.length > 3 ? `${shown} and ${suspects.length - 3} more` : shown;
}

const clip = (text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
